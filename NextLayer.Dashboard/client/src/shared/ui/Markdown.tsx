import type { ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";

/** A heading in a card is no heading of the page. */
const Heading = ({ children }: { children?: ReactNode }) => <p className="font-semibold">{children}</p>;

/** Leads out of the page, or nowhere: addresses that would run something come here empty. */
const Away = ({ href, children }: { href?: string | undefined; children?: ReactNode }) =>
  href ? (
    <a href={href} target="_blank" rel="noreferrer" className="text-accent-ink underline underline-offset-2 break-words">
      {children}
    </a>
  ) : (
    children
  );

const COMPONENTS: Components = {
  h1: Heading,
  h2: Heading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
  a: ({ href, children }) => <Away href={href}>{children}</Away>,
  // A picture from elsewhere would tell its owner who looks.
  img: ({ src, alt }) => <Away href={typeof src === "string" ? src : undefined}>{alt || src}</Away>,
  ul: ({ children }) => <ul className="list-disc pl-5">{children}</ul>,
  ol: ({ children }) => <ol className="list-decimal pl-5">{children}</ol>,
  blockquote: ({ children }) => <blockquote className="border-l-2 border-line pl-3 text-ink-2">{children}</blockquote>,
  code: ({ children }) => <code className="rounded bg-sunken px-1 font-mono text-[0.9em]">{children}</code>,
  pre: ({ children }) => <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-2 text-xs">{children}</pre>,
  hr: () => <hr className="border-line" />,
};

/** Markdown that somebody wrote: emphasis, lists, links, code. HTML in it is shown as the text it is. */
export default function Markdown({ children }: { children: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-2 text-sm text-pretty break-words [&_p]:whitespace-pre-line">
      <ReactMarkdown components={COMPONENTS}>{children}</ReactMarkdown>
    </div>
  );
}
