{#- Text without surrounding blanks; blank text is null. -#}
{% macro clean_text(expression) -%}
    nullif(trim({{ expression }}), '')
{%- endmacro %}

{#-
  Company name for exact comparison: lower case, no accents or punctuation, "&" as "and", no leading
  "the", no legal form at the end ("Acme Corporation Ltd." and "Acme Corp" both become "acme").
-#}
{% macro normalise_name(expression) -%}
    {%- set lowered = strip_accents("lower(replace(" ~ expression ~ ", '&', ' and '))") -%}
    {%- set no_dots = regexp_replace_all(lowered, "[.''’]", "") -%}
    {%- set words = "trim(" ~ regexp_replace_all(no_dots, "[^[:alnum:]]+", " ") ~ ")" -%}
    {%- set forms = [
        'incorporated', 'inc', 'corporation', 'corp', 'company', 'co', 'limited', 'ltd', 'llc', 'llp',
        'lp', 'plc', 'gmbh', 'mbh', 'ag', 'kg', 'kgaa', 'se', 'sa', 'sas', 'sarl', 'bv', 'nv', 'oy',
        'oyj', 'ab', 'as', 'asa', 'aps', 'spa', 'srl', 'sl', 'kk', 'kabushiki kaisha', 'pty', 'pte',
        'wll', 'bsc', 'kscc', 'fzco', 'fze', 'sdn bhd', 'pvt', 'holding', 'holdings', 'group',
    ] -%}
    nullif(
        {{ regexp_replace_all(
            "regexp_replace(" ~ words ~ ", '^the ', '')",
            "( (" ~ forms | join('|') ~ "|and co))+$", ""
        ) }},
        ''
    )
{%- endmacro %}

{#- Key under which a country's name or code is looked up in the seed country_alias. -#}
{% macro country_key(expression) -%}
    nullif({{ regexp_replace_all(strip_accents("lower(" ~ expression ~ ")"), "[^[:alnum:]]", "") }}, '')
{%- endmacro %}

{#- Three-letter currency code, or null; a code unknown to ISO 4217 is kept and reported. -#}
{% macro normalise_currency(expression) -%}
    nullif(upper(trim({{ expression }})), '')
{%- endmacro %}

{#- SKU for comparison: upper case letters and digits only ("ent-sub 12m" becomes "ENTSUB12M"). -#}
{% macro normalise_sku(expression) -%}
    nullif({{ regexp_replace_all("upper(" ~ expression ~ ")", "[^[:alnum:]]", "") }}, '')
{%- endmacro %}

{#- Purchase-order number for comparison: without "PO", signs and leading zeros ("PO #00471-A": "471A"). -#}
{% macro normalise_purchase_order(expression) -%}
    {%- set bare = regexp_replace_all(
        "upper(trim(" ~ expression ~ "))", "^(PURCHASE ORDER|P[.]? ?O[.]?)[^[:alnum:]]*", ""
    ) -%}
    nullif({{ regexp_replace_all(regexp_replace_all(bare, "[^[:alnum:]]", ""), "^0+", "") }}, '')
{%- endmacro %}

{#- Tax id for comparison: upper case letters and digits only. -#}
{% macro normalise_tax_id(expression) -%}
    {{ normalise_sku(expression) }}
{%- endmacro %}

{#- Payment terms in one spelling: "net30", "NET 30 days" and "30 days" all become "Net 30". -#}
{% macro normalise_payment_terms(expression) -%}
    case
        when {{ payment_terms_days(expression) }} = 0 then 'Due on receipt'
        when {{ payment_terms_days(expression) }} is not null
            then 'Net ' || cast({{ payment_terms_days(expression) }} as {{ dbt.type_string() }})
        else {{ clean_text(expression) }}
    end
{%- endmacro %}

{#- Days of payment terms: "Net 30" is 30, "2% 10 Net 30" is 30, "Due on receipt" is 0, else null. -#}
{% macro payment_terms_days(expression) -%}
    case
        when {{ regexp_matches("lower(" ~ expression ~ ")", "receipt|immediate|prepa") }} then 0
        else cast(
            coalesce(
                {{ regexp_group("lower(" ~ expression ~ ")", "net[^0-9]*([0-9]{1,3})") }},
                {{ regexp_group("lower(" ~ expression ~ ")", "([0-9]{1,3}) *days?") }}
            ) as integer
        )
    end
{%- endmacro %}

{#- Host of a web address or an e-mail address, lower case, without "www.". -#}
{% macro web_domain(expression) -%}
    {{ regexp_group(
        "lower(trim(" ~ expression ~ "))",
        "^(?:https?://)?(?:www[.])?(?:[^@/ ]*@)?([a-z0-9-]+(?:[.][a-z0-9-]+)+)"
    ) }}
{%- endmacro %}

{#- Id of a CRM record in a field where people paste ids or whole links; other text is kept as it is. -#}
{% macro crm_record_id(expression) -%}
    coalesce(
        {{ regexp_group(expression, "/([a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?)(?:[/?#]|$)") }},
        {{ clean_text(expression) }}
    )
{%- endmacro %}

{#- The part of a Salesforce id that tells records apart: 15 characters, case-sensitive. -#}
{% macro crm_record_key(expression) -%}
    left({{ expression }}, 15)
{%- endmacro %}

{#- True for a number that can tell companies apart: five characters or more, not one repeated digit. -#}
{% macro is_telling_number(expression) -%}
    (
        length({{ expression }}) >= 5
        and length(replace({{ expression }}, left({{ expression }}, 1), '')) > 0
    )
{%- endmacro %}

{#- An address as one text for comparison; null unless its city and country are known. -#}
{% macro address_key(alias, kind) -%}
    case
        when {{ alias }}.{{ kind }}_city is not null and {{ alias }}.{{ kind }}_country is not null
            then concat_ws(
                ', ',
                {{ alias }}.{{ kind }}_country, {{ alias }}.{{ kind }}_postal_code,
                lower({{ strip_accents(alias ~ '.' ~ kind ~ '_city') }}),
                lower({{ strip_accents(alias ~ '.' ~ kind ~ '_street') }})
            )
    end
{%- endmacro %}

{#- A text as words of letters and digits with one blank between; a link's %2F parts words too. -#}
{% macro spaced_words(expression) -%}
    trim({{ regexp_replace_all(
        regexp_replace_all(expression, "%[0-9A-Fa-f]{2}", " "), "[^A-Za-z0-9]+", " "
    ) }})
{%- endmacro %}

{#- A number for comparison: capitals and digits only, without zeros before digits alone ("00024" is 24). -#}
{% macro number_key(expression) -%}
    {%- set signs = regexp_replace_all("upper(" ~ expression ~ ")", "[^A-Z0-9]", "") -%}
    nullif(
        case
            when {{ regexp_matches(signs, "^[0-9]+$") }}
                then {{ regexp_replace_all(signs, "^0+", "") }}
            else {{ signs }}
        end,
        ''
    )
{%- endmacro %}

{#- A text without the purchase order number that it says it holds ("SF 006.. / PO 77": "SF 006.. / "). -#}
{% macro without_purchase_order(expression) -%}
    {{ regexp_replace_all(
        "upper(" ~ expression ~ ")",
        "(^|[^A-Z0-9])(PURCHASE ORDER|P[.]?O[.]?)[^A-Z0-9]+[A-Z0-9][A-Z0-9-]*", " "
    ) }}
{%- endmacro %}

{#- The purchase order number that a text says it holds, for comparison ("SF 006.. / PO 0077": "77"). -#}
{% macro purchase_order_in(expression) -%}
    {{ normalise_purchase_order(regexp_group(
        "upper(" ~ expression ~ ")",
        "(?:^|[^A-Z0-9])(?:PURCHASE ORDER|P[.]?O[.]?)[^A-Z0-9]+([A-Z0-9][A-Z0-9-]*)"
    )) }}
{%- endmacro %}

{#- Whether a text (of letters_and_digits) is a name, or its beginning of ten signs or more. -#}
{% macro names_in_full(text, name) -%}
    coalesce(length({{ text }}) >= 10 and left({{ name }}, length({{ text }})) = {{ text }}, false)
{%- endmacro %}

{#-
  An 18-digit record id whose letters have lost their case (a sheet or form wrote them all large or all small), with
  the case that its last three signs record: each of them says of five letters which are capitals.
-#}
{% macro mended_record_id(expression) -%}
    {%- set signs = [] -%}
    {%- for at in range(15) -%}
        {%- set value = "(" ~ dbt.position(
            "substr(upper(" ~ expression ~ "), " ~ (16 + at // 5) ~ ", 1)", "'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'"
        ) ~ " - 1)" -%}
        {%- set sign = "substr(" ~ expression ~ ", " ~ (at + 1) ~ ", 1)" -%}
        {%- do signs.append(
            "case when " ~ whole_quotient(value, 2 ** (at % 5)) ~ " % 2 = 1 then upper(" ~ sign ~ ") else lower("
            ~ sign ~ ") end"
        ) -%}
    {%- endfor -%}
    case
        when
            {{ expression }} in (lower({{ expression }}), upper({{ expression }}))
            and {{ regexp_matches(expression, "^[a-zA-Z0-9]{15}[a-zA-Z0-5]{3}$") }}
            then {{ signs | join(' || ') }} || upper(right({{ expression }}, 3))
        else {{ expression }}
    end
{%- endmacro %}
