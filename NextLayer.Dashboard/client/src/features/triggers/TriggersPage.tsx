import { getRouteApi } from "@tanstack/react-router";
import { text } from "@/shared/text";
import { Segments } from "@/shared/ui/Form";
import { Page } from "@/shared/ui/Page";
import { Schedules } from "./Schedules";
import { Webhooks } from "./Webhooks";

const route = getRouteApi("/triggers");

export function TriggersPage() {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={text.pages.triggers} note={text.triggers.note} actions={<Segments label={text.triggers.kind} value={tab ?? "schedules"} options={[["schedules", text.pages.schedules], ["webhooks", text.pages.webhooks]]} onChange={(value) => void navigate({ search: value === "webhooks" ? { tab: "webhooks" } : {} })} />}>
      {tab === "webhooks" ? <Webhooks /> : <Schedules />}
    </Page>
  );
}
