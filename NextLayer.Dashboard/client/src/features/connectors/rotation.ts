import type { ConnectorSecret } from "@/shared/api/types";
import type { SecretChanges } from "./SecretFields";

/** The only secret of which two may hold at once: what it signs is checked by others. */
export const SIGNING_SECRET = "signing_secret";

/** Seconds and words; the first ends the old secret at once. */

/** Whether a signing secret that is set gets a new value. */
export function rotatesSlowly(known: readonly ConnectorSecret[], changes: SecretChanges): boolean {
  return Boolean(changes[SIGNING_SECRET]) && known.some((each) => each.name === SIGNING_SECRET);
}

/** What is saved with the connector, and the signing secret that is rotated after it, where the old one is to live on. */
export function splitRotation(known: readonly ConnectorSecret[], changes: SecretChanges, overlap: number): { secrets: SecretChanges; rotated: string | null } {
  const secrets = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== ""));
  const rotated = secrets[SIGNING_SECRET];
  if (overlap <= 0 || !rotated || !rotatesSlowly(known, changes)) return { secrets, rotated: null };
  delete secrets[SIGNING_SECRET];
  return { secrets, rotated };
}
