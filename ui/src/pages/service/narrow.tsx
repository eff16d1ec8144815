/** A member as a link that narrows the page to it; segment and slice have filters of their own. */

import { Link } from "@tanstack/react-router";

export function Narrow(props: { dimension: string; member: string; text?: string }) {
  const { dimension, member } = props;
  const isOwn = dimension === "segment" || dimension === "slice";
  const to = isOwn ? { [dimension]: member } : { dim: dimension, member };
  return (
    <Link
      to="."
      search={((was: object) => ({ ...was, ...to, drill: undefined })) as never}
      className="inline-flex min-h-7 max-w-full items-center text-accent underline-offset-2 hover:underline"
      title={member}
    >
      <span className="truncate">{props.text ?? member}</span>
    </Link>
  );
}
