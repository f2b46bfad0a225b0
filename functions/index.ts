/* The bundle's entry: every file registers its functions as it is loaded. */
import './health.ts'
import './maintenance.ts'
import './management-activity.ts'
import './management-connectors.ts'
import './management-openapi.ts'
import './management-organizations.ts'
import './management-scim-secrets.ts'
import './scim.ts'
