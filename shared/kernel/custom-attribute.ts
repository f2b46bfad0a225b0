/** Types that a custom attribute can have: single-valued simple ones, which is all that Entra maps to a non-gallery application. */
export const CUSTOM_ATTRIBUTE_TYPES = [
  'string',
  'boolean',
  'integer',
  'decimal',
  'dateTime',
  'reference',
] as const
type CustomAttributeType = (typeof CUSTOM_ATTRIBUTE_TYPES)[number]

/** An attribute of users that a customer maps beyond the standard schemas. */
export interface CustomAttribute {
  /** The extension schema, such as `urn:ietf:params:scim:schemas:extension:Contoso:2.0:User`. */
  readonly urn: string
  readonly name: string
  readonly type: CustomAttributeType
}
