type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Fields that text can be put into; not those of dates and the like. */
export function isTextField(target: EventTarget | null): target is TextField {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && /^(text|search|url|email|password|)$/.test(target.type));
}

/** Puts text where the cursor of a field stands, as if it had been typed. */
export function insertText(field: TextField, text: string): void {
  const from = field.selectionStart ?? field.value.length;
  const to = field.selectionEnd ?? from;
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  // React watches the property on the element; the prototype's own setter is how typing changes it.
  Object.getOwnPropertyDescriptor(prototype, "value")!.set!.call(field, field.value.slice(0, from) + text + field.value.slice(to));
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  requestAnimationFrame(() => field.setSelectionRange(from + text.length, from + text.length));
}
