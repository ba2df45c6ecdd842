import { text } from "../text";
import { Field, Select } from "../ui/Form";
import { ROLES, type Role } from "./access";

/** A role, with what it may do. */
export function RoleField({ value, onChange, roles = ROLES }: { value: Role; onChange: (role: Role) => void; roles?: readonly Role[] }) {
  return (
    <Field label={text.access.role} hint={text.access.roles[value]}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value as Role)}>
          {roles.map((role) => (
            <option key={role}>{role}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}
