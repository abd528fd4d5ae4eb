/** Generates the types of the API from its OpenAPI document; scripts/ensure.mjs writes the document. */
export default {
  input: 'ui/src/generated/openapi.json',
  output: { path: 'ui/src/generated', clean: false },
  plugins: ['@hey-api/typescript'],
};
