import { en } from "./en";

/** What a language has to say: another one is a file of its own with an object of this type. */
export type Text = typeof en;

/** All text of the pages, in the language of the reader. English is the only one. */
export const text: Text = en;
