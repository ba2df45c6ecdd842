import { createElement, Fragment, type ReactNode } from "react";

/** A text with elements in it, such as a link or a time in the middle of a sentence: ``rich`Made again from ${link}.` ``. */
export function rich(texts: TemplateStringsArray, ...parts: ReactNode[]): ReactNode {
  return createElement(Fragment, null, ...texts.flatMap((text, at) => (at < parts.length ? [text, parts[at]] : [text])));
}
