"""Numbers for names, in the order of their coming: rows of names become codes without a loop."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import IntArray

SEPARATOR = "\x1f"


class KeyBook:
    """All keys seen so far; a key is some names joined."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = list(names)
        self._known = pa.array(self.names, pa.string())

    def __len__(self) -> int:
        """Count the keys."""
        return len(self.names)

    def codes(self, *columns: pa.Array | pa.ChunkedArray) -> IntArray:
        """Give the code of each row; rows of new keys get new codes.

        Examples
        --------
        >>> book = KeyBook(["a"])
        >>> book.codes(pa.array(["b", "a", "b"])).tolist()
        [1, 0, 1]
        """
        keys = pc.binary_join_element_wise(*columns, SEPARATOR)
        keys = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
        found = pc.index_in(keys, value_set=self._known)
        if found.null_count:
            self.names += pc.unique(keys.filter(found.is_null())).to_pylist()
            self._known = pa.array(self.names, pa.string())
            found = pc.index_in(keys, value_set=self._known)
        return found.to_numpy(zero_copy_only=False).astype("int64")

    def parts(self, code: int) -> list[str]:
        """Give the names of a key."""
        return self.names[code].split(SEPARATOR)
