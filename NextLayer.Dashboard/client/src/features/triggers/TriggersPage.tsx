import { getRouteApi } from "@tanstack/react-router";
import { Segments } from "@/shared/ui/Form";
import { Page } from "@/shared/ui/Page";
import { Schedules } from "./Schedules";
import { Webhooks } from "./Webhooks";

const route = getRouteApi("/triggers");

export function TriggersPage() {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title="Triggers" note="What starts runs by itself." actions={<Segments label="Kind" value={tab ?? "schedules"} options={[["schedules", "Schedules"], ["webhooks", "Webhooks"]]} onChange={(value) => void navigate({ search: value === "webhooks" ? { tab: "webhooks" } : {} })} />}>
      {tab === "webhooks" ? <Webhooks /> : <Schedules />}
    </Page>
  );
}
