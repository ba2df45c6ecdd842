import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { text } from "../text";
import { Page } from "../ui/Page";
import { Empty } from "../ui/States";
import { type Permission } from "./access";
import { useAccess } from "./me";

/** A page for those who may see it; the others are told why not, and who can help. */
export function NeedsPermission({ permission, title, children }: { permission: Permission; title: string; children: ReactNode }) {
  const why = useAccess().why(permission);
  if (!why) return <>{children}</>;
  return (
    <Page title={title}>
      <div className="rounded-xl border border-line bg-surface">
        <Empty icon={Lock} title={text.access.pageRefused}>
          {why}
        </Empty>
      </div>
    </Page>
  );
}
