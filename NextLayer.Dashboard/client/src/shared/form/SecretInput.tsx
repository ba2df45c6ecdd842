import { Eye, EyeOff } from "lucide-react";
import { useState, type InputHTMLAttributes } from "react";
import { text } from "../text";
import { IconButton } from "../ui/Button";
import { TextInput } from "../ui/Form";

/** Hidden while it is typed, unless somebody wants to see it. */
export function SecretInput({ label, ...rest }: InputHTMLAttributes<HTMLInputElement> & { label: string }) {
  const [shown, setShown] = useState(false);
  return (
    <span className="flex items-center gap-1">
      <TextInput {...rest} type={shown ? "text" : "password"} autoComplete="new-password" className="font-mono text-xs" />
      <IconButton label={shown ? text.form.hide(label) : text.form.show(label)} icon={shown ? EyeOff : Eye} onClick={() => setShown(!shown)} />
    </span>
  );
}
