import { PageTitle } from "@/parts/panel";

export default function Page() {
  return <PageTitle title="domains" />;
}
