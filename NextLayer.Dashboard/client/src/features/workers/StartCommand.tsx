import { text } from "@/shared/text";
import { CopyButton } from "@/shared/ui/Copy";

const START = "CP_BASE=http://localhost:8000 dotnet run -c Release --project NextLayer.Worker";

/** How a worker is started, to be copied. */
export function StartCommand() {
  return (
    <p className="mt-2 flex items-center gap-1 rounded-md bg-sunken px-2 py-1.5 text-left font-mono text-xs text-ink">
      <span className="min-w-0 break-all">{START}</span>
      <CopyButton text={START} label={text.workers.copyCommand} />
    </p>
  );
}
