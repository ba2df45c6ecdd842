import { useState } from "react";
import { text } from "@/shared/text";
import { cx } from "@/shared/ui/cx";
import { money, type Costs } from "./providerQueries";

const HEIGHT = 176;
/** One colour a provider, in the order of their names; told by words as well. */
const COLORS = ["var(--c-integrations)", "var(--c-logic)", "var(--c-ai)", "var(--c-data)", "var(--c-flow)", "var(--s-running)"];

interface Props {
  costs: Costs;
  currency: string;
  days: readonly string[];
}

/** What each provider cost on each day, and the day under the pointer in figures. */
export function CostChart({ costs, currency, days }: Props) {
  const [over, setOver] = useState<string | null>(null);
  const items = costs.items.filter((item) => item.currency === currency);
  const providers = [...new Set(costs.totals.filter((each) => each.currency === currency).map((each) => each.provider))].sort();
  const colorOf = (provider: string) => COLORS[providers.indexOf(provider) % COLORS.length];
  const byDay = new Map(days.map((day) => [day, items.filter((item) => item.date === day)]));
  const most = niceTop(Math.max(0.01, ...[...byDay.values()].map((each) => each.reduce((sum, item) => sum + Math.max(0, Number(item.cost)), 0))));
  const shown = over === null ? null : byDay.get(over);
  return (
    <div>
      <div className="flex gap-2">
        <div className="tnum flex w-14 shrink-0 flex-col justify-between text-right text-2xs text-ink-3" style={{ height: HEIGHT }} aria-hidden>
          <span className="-mt-2">{money(String(most), currency)}</span>
          <span>{money(String(most / 2), currency)}</span>
          <span className="-mb-2">0</span>
        </div>
        <div role="img" aria-label={text.providers.costs.chart(currency, days.length)} className="relative flex min-w-0 flex-1 items-end border-b border-line" style={{ height: HEIGHT, backgroundImage: "linear-gradient(var(--line), var(--line)), linear-gradient(var(--line), var(--line))", backgroundSize: "100% 1px", backgroundRepeat: "no-repeat", backgroundPosition: "0 0, 0 50%" }} onPointerLeave={() => setOver(null)}>
          {days.map((day) => (
            <div key={day} className={cx("flex h-full min-w-0 flex-1 flex-col-reverse px-px transition-opacity sm:px-0.5", over !== null && over !== day && "opacity-50")} onPointerEnter={() => setOver(day)}>
              {(byDay.get(day) ?? []).map((item) => (
                <div key={item.provider} style={{ height: `${(Math.max(0, Number(item.cost)) / most) * 100}%`, minHeight: Number(item.cost) > 0 ? 2 : 0, backgroundColor: colorOf(item.provider) }} />
              ))}
            </div>
          ))}
        </div>
      </div>
      <div className="tnum mt-2 flex justify-between pl-16 text-2xs text-ink-3">
        <span>{days[0]}</span>
        <span>{days.at(-1)}</span>
      </div>
      <ul className="mt-3 flex min-h-6 flex-wrap items-center gap-x-5 gap-y-1 text-xs text-ink-2 sm:pl-16">
        <li className="tnum font-medium text-ink">{over ?? text.providers.costs.inAll}</li>
        {providers.map((provider) => {
          const cost = shown ? shown.find((item) => item.provider === provider)?.cost : costs.totals.find((each) => each.provider === provider && each.currency === currency)?.cost;
          return (
            <li key={provider} className="inline-flex items-center gap-1.5">
              <span aria-hidden className="size-2.5 rounded-xs" style={{ backgroundColor: colorOf(provider) }} />
              {provider} <span className="tnum font-medium text-ink">{money(cost ?? "0", currency)}</span>
            </li>
          );
        })}
      </ul>
      <CostTable days={days} providers={providers} byDay={byDay} currency={currency} />
    </div>
  );
}

/** The same in figures, for screen readers. */
function CostTable({ days, providers, byDay, currency }: { days: readonly string[]; providers: readonly string[]; byDay: ReadonlyMap<string, Costs["items"]>; currency: string }) {
  return (
    <table className="sr-only">
      <caption>{text.providers.costs.table}</caption>
      <thead>
        <tr>
          <th>{text.providers.costs.day}</th>
          {providers.map((provider) => (
            <th key={provider}>{provider}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days
          .filter((day) => (byDay.get(day) ?? []).length > 0)
          .map((day) => (
            <tr key={day}>
              <th>{day}</th>
              {providers.map((provider) => (
                <td key={provider}>{money(byDay.get(day)?.find((item) => item.provider === provider)?.cost ?? "0", currency)}</td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function niceTop(value: number): number {
  const base = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((each) => each * base).find((each) => each >= value) ?? value;
}
