import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Copy, Ellipsis, ListFilter, Play, RotateCcw } from "lucide-react";
import { useState } from "react";
import { post } from "@/shared/api/http";
import type { Run } from "@/shared/api/types";
import { canRetry } from "@/shared/status/status";
import { text } from "@/shared/text";
import { IconButton } from "@/shared/ui/Button";
import { copyText, shortId } from "@/shared/ui/Copy";
import { Menu, MenuDivider, MenuItem } from "@/shared/ui/Overlay";
import { toast } from "@/shared/ui/toasts";
import type { Column } from "./columns";
import type { RunsSearch } from "./runsSearch";

interface Props {
  run: Run;
  columns: readonly Column[];
  onNarrow: (change: Partial<RunsSearch>) => void;
}

/** What can be done with one row: its values as filters, its id, and the run itself. Few rows are ever asked: the rest stay a button. */
export function RowMenu(props: Props) {
  const [asked, setAsked] = useState(false);
  if (asked) return <Opened {...props} />;
  return <IconButton small label={labelOf(props.run)} icon={Ellipsis} aria-haspopup="menu" onClick={() => setAsked(true)} />;
}

function labelOf(run: Run): string {
  return text.runs.row.more(shortId(run.id));
}

function Opened({ run, columns, onNarrow }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const retry = useMutation({
    mutationFn: () => post(`/api/runs/${run.id}/retry`),
    onSuccess: () => {
      toast(text.runs.row.retried(shortId(run.id)));
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
  });
  const narrowings = columns.flatMap((column) => column.narrow?.(run) ?? []);
  return (
    <Menu defaultOpen trigger={<IconButton small label={labelOf(run)} icon={Ellipsis} />}>
      {narrowings.map(({ title, change }) => (
        <MenuItem key={title} onSelect={() => onNarrow(change)}>
          <ListFilter className="size-4 text-ink-3" aria-hidden /> {title}
        </MenuItem>
      ))}
      <MenuItem onSelect={() => onNarrow({ pipeline: run.pipeline_id, version: run.pipeline_version_id })}>
        <ListFilter className="size-4 text-ink-3" aria-hidden /> {text.runs.row.sameVersion}
      </MenuItem>
      <MenuDivider />
      <MenuItem onSelect={() => void copyText(run.id, text.runs.row.idCopied)}>
        <Copy className="size-4 text-ink-3" aria-hidden /> {text.runs.row.copyId}
      </MenuItem>
      {canRetry(run) && (
        <MenuItem needs="runs.control" onSelect={() => retry.mutate()}>
          <RotateCcw className="size-4 text-ink-3" aria-hidden /> {text.runs.row.retry}
        </MenuItem>
      )}
      <MenuItem needs="runs.start" onSelect={() => void navigate({ to: "/start", search: { version: run.pipeline_version_id, from: run.id } })}>
        <Play className="size-4 text-ink-3" aria-hidden /> {text.runs.row.again}
      </MenuItem>
    </Menu>
  );
}
