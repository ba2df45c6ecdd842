import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Copy, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { PERMISSIONS, type Role } from "@/shared/access/access";
import { RoleField } from "@/shared/access/RoleField";
import { post } from "@/shared/api/http";
import { text } from "@/shared/text";
import { Button } from "@/shared/ui/Button";
import { copyText } from "@/shared/ui/Copy";
import { Checkbox, Field, Select, TextInput } from "@/shared/ui/Form";
import { FormError } from "@/shared/ui/FormError";
import { Dialog } from "@/shared/ui/Overlay";
import type { NewApiKey } from "./keyQueries";

const DAY_MS = 86_400_000;
const LIVES = [["30", text.keys.new.lives.month], ["90", text.keys.new.lives.quarter], ["365", text.keys.new.lives.year], ["", text.keys.new.lives.forever]] as const;

/** Asks what a key may do, then shows it, this once. */
export function NewKeyDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const [made, setMade] = useState<NewApiKey | null>(null);
  return made ? <Shown made={made} onClose={onClose} /> : <Ask tenantId={tenantId} onMade={setMade} onClose={onClose} />;
}

function Ask({ tenantId, onMade, onClose }: { tenantId: string; onMade: (key: NewApiKey) => void; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [days, setDays] = useState("90");
  const [scopes, setScopes] = useState<readonly string[] | null>(null);
  const make = useMutation({
    mutationFn: () =>
      post<NewApiKey>(
        "/api/v1/api-keys",
        { name: name.trim(), role, ...(scopes ? { scopes } : {}), ...(days ? { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() } : {}) },
        { tenantId },
      ),
    meta: { quiet: true },
    onSuccess: (key) => {
      void client.invalidateQueries({ queryKey: ["api-keys"] });
      onMade(key);
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={text.keys.new.title}
      description={text.keys.new.description}
      footer={
        <>
          <Button onClick={onClose}>{text.common.back}</Button>
          <Button kind="primary" type="submit" form="key" busy={make.isPending} disabled={!name.trim() || scopes?.length === 0}>
            {text.keys.new.make}
          </Button>
        </>
      }
    >
      <form
        id="key"
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Field label={text.common.name} required hint={text.keys.new.nameHint}>
          {(ids) => <TextInput {...ids} maxLength={200} placeholder={text.keys.new.nameExample} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <RoleField value={role} onChange={setRole} />
        <Field label={text.keys.new.endsAfter}>
          {(ids) => (
            <Select {...ids} value={days} onChange={(event) => setDays(event.target.value)}>
              {LIVES.map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div>
          <Checkbox label={text.keys.new.someScopes} checked={scopes !== null} onChange={(event) => setScopes(event.target.checked ? [] : null)} />
          {scopes && (
            <fieldset className="mt-2 grid gap-x-4 rounded-lg border border-line px-3 py-2 sm:grid-cols-2">
              <legend className="sr-only">{text.keys.new.scopes}</legend>
              {PERMISSIONS.map((permission) => (
                <Checkbox key={permission} label={text.access.permissions[permission]} title={permission} checked={scopes.includes(permission)} onChange={(event) => setScopes(event.target.checked ? [...scopes, permission] : scopes.filter((each) => each !== permission))} />
              ))}
            </fieldset>
          )}
        </div>
        <FormError error={make.error} />
      </form>
    </Dialog>
  );
}

function Shown({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  return (
    <Dialog
      open
      // A click beside it must not lose the key.
      onOpenChange={() => copied && onClose()}
      title={text.keys.new.made(made.name)}
      footer={
        <Button kind={copied ? "primary" : "secondary"} icon={Check} onClick={onClose}>
          {text.keys.new.kept}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="flex gap-2 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {text.keys.new.once}
        </p>
        <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-2 pr-2 pl-3">
          <code className="min-w-0 flex-1 text-xs break-all">{made.key}</code>
          <Button
            kind={copied ? "secondary" : "primary"}
            icon={copied ? Check : Copy}
            onClick={() => {
              void copyText(made.key, text.keys.new.copied);
              setCopied(true);
            }}
          >
            {text.common.copy}
          </Button>
        </div>
        <p className="text-xs text-ink-3">
          {text.keys.new.howToSend(<code>X-API-Key</code>, <code>Authorization: Bearer</code>)}
        </p>
      </div>
    </Dialog>
  );
}
