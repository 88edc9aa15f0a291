"""The product's data: the documented errors, and the JSON Schemas of an error body, the catalogue and the report."""
