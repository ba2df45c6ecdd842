/** Steps of a run, or items of a for-each, as parts of a bar. */
export interface Parts {
  total: number;
  settled: number;
  failed: number;
  running: number;
  waiting: number;
}

export function StepBar({ total, settled, failed, running, waiting, className = "" }: Parts & { className?: string }) {
  const width = (part: number) => `${total > 0 ? (part / total) * 100 : 0}%`;
  return (
    <span aria-hidden className={`flex overflow-hidden rounded-full bg-line ${className}`}>
      <span style={{ width: width(settled), backgroundColor: "var(--s-succeeded)" }} />
      <span style={{ width: width(failed), backgroundColor: "var(--s-failed)" }} />
      <span style={{ width: width(running), backgroundColor: "var(--s-running)" }} className="motion-safe:animate-pulse" />
      <span style={{ width: width(waiting), backgroundColor: "var(--s-paused)" }} />
    </span>
  );
}
