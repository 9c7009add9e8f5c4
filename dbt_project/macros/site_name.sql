{#-
  Whether what stands behind a company's name only names one of its sites: nothing at all, a kind of
  site, a number ("acme corp", "branch 12", "werk 2"). The text is normalised (lower case, no signs).
-#}
{% macro is_site_name(expression) -%}
    {%- set words = [
        'branch', 'store', 'shop', 'site', 'plant', 'depot', 'office', 'warehouse', 'location', 'facility',
        'filiale', 'niederlassung', 'zweigniederlassung', 'werk', 'standort', 'lager',
        'agence', 'succursale', 'usine', 'sucursal', 'planta', 'stabilimento', 'sede', 'vestiging', 'no', 'nr',
        'inc', 'corp', 'corporation', 'co', 'company', 'ltd', 'limited', 'llc', 'plc', 'gmbh', 'ag', 'sa',
        'sas', 'sarl', 'srl', 'spa', 'sl', 'bv', 'nv', 'kk', 'wll',
    ] -%}
    {{ regexp_matches(expression, '^((' ~ words | join('|') ~ ')( |$))*[0-9]*$') }}
{%- endmacro %}
