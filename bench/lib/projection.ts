/** A reader's schema with these fields of `schema` only: the rest of a record is skipped. */
export function projected<Field extends string>(
  schema: { readonly fields: readonly { readonly name: Field }[] },
  wanted: readonly NoInfer<Field>[],
): object {
  return { ...schema, fields: schema.fields.filter(({ name }) => wanted.includes(name)) };
}
