import { useMe } from "@/lib/me";

/** Whether somebody could do a thing as far as is known; the server decides in any case. */
export function useCould(what: string): boolean {
  const { data } = useMe();
  return data ? data.may.includes(what) : true;
}
