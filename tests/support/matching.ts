import type { JsonObject } from '../../shared/kernel/json.ts'
import type { Filter } from '../../shared/scim/filter/ast.ts'
import { createComparisons, refuseFilter } from '../../shared/scim/filter/comparisons.ts'
import { prepareFilter } from '../../shared/scim/filter/match.ts'
import type { ResourceSchema } from '../../shared/scim/schema/attribute.ts'
import { finish } from './finish.ts'

/** Whether one resource passes a filter. */
export function matchesFilter(schema: ResourceSchema, resource: JsonObject, filter: Filter): boolean {
  return finish(prepareFilter(schema, filter, createComparisons(refuseFilter))(resource))
}
