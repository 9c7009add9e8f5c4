{#-
  The points of the matcher, in one place. A pair's score is a sum of points on a log-odds scale: `even` points
  mean that the pair is as likely one company as two, and each `unit` points more multiply the odds by e. They are
  general knowledge about names and places, set by hand once and for all trades (DECISIONLOG, "Matching"): never
  fit them to one company's data. What may be tuned per company is definitions: matching_thresholds.
-#}
{% macro match_points() -%}
    {{ return({
        'even': 2.6,
        'unit': 0.625,
        'same_name': 5.3,
        'same_core': 4.6,
        'overlap': 10,
        'overlap_offset': -6,
        'starts_alike': 0.7,
        'first_word': 0.5,
        'residue': -0.25,
        'acronym': 1.3,
        'short_acronym': 0,
        'same_domain': 5,
        'name_in_domain': 2,
        'acronym_in_domain': 1.5,
        'same_city': 1.3,
        'other_city': -1.0,
        'same_state': 0.5,
        'other_state': -0.7,
        'same_postal_code': 1.0,
        'other_postal_code': -0.5,
        'same_street_number': 1.5,
        'other_street_number': -0.7,
        'other_address': -1.5,
        'other_country': -2.0,
        'same_phone': 2.0,
        'taken': -1.5,
        'person_below': 3.9,
        'name_alone_below': 5.9,
        'margin': 0.5,
    }) }}
{%- endmacro %}

{#- Probability of a score, to four decimals. -#}
{% macro match_probability(score) -%}
    cast(
        1 / (1 + exp((cast({{ match_points().even }} as decimal(6, 2)) - {{ score }}) / {{ match_points().unit }}))
        as decimal(5, 4)
    )
{%- endmacro %}

{#- Whole bits of information in "one of `total`, seen `count` times": the logarithm to base 2, rounded up. -#}
{% macro whole_bits(expression) -%}
    {{ return(adapter.dispatch('whole_bits', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__whole_bits(expression) -%}
    cast(ceil(log(2, greatest({{ expression }}, 1))) as integer)
{%- endmacro %}
{% macro duckdb__whole_bits(expression) -%}
    cast(ceil(log2(greatest({{ expression }}, 1))) as integer)
{%- endmacro %}

{#- One row per word of a text that blanks separate: select list items `word` and `position` (from 1). -#}
{% macro words_of(expression) -%}
    {{ return(adapter.dispatch('words_of', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__words_of(expression) -%}
    unnest(string_split({{ expression }}, ' ')) as word,
    generate_subscripts(string_split({{ expression }}, ' '), 1) as position
{%- endmacro %}

{#- One row per text that arises when one letter is left out, and the word itself: select list item `spelling`. -#}
{% macro spellings_of(word) -%}
    {{ return(adapter.dispatch('spellings_of', 'tieout')(word)) }}
{%- endmacro %}
{% macro default__spellings_of(word) -%}
    unnest(list_prepend({{ word }}, list_transform(
        range(1, length({{ word }}) + 1),
        lambda i: substr({{ word }}, 1, i - 1) || substr({{ word }}, i + 1)
    ))) as spelling
{%- endmacro %}

{#- One row per beginning of a word with at least `least` letters, the word itself left out: item `beginning`. -#}
{% macro beginnings_of(word, least) -%}
    {{ return(adapter.dispatch('beginnings_of', 'tieout')(word, least)) }}
{%- endmacro %}
{% macro default__beginnings_of(word, least) -%}
    unnest(list_transform(
        range({{ least }}, greatest(length({{ word }}), {{ least }})), lambda i: substr({{ word }}, 1, i)
    )) as beginning
{%- endmacro %}

{#- One row per text between parentheses: select list item `bracket`. -#}
{% macro brackets_of(expression) -%}
    {{ return(adapter.dispatch('brackets_of', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__brackets_of(expression) -%}
    unnest(regexp_extract_all({{ expression }}, '\(([^)]{3,})\)?', 1)) as bracket
{%- endmacro %}

{#- A town for comparison: "St. Louis City" and "SAINT LOUIS" are one, so are "Mt. Vernon" and "Mount Vernon". -#}
{% macro town_key(expression) -%}
    {%- set words = "' ' || " ~ regexp_replace_all(
        strip_accents("lower(" ~ expression ~ ")"), "[^a-z0-9]+", " "
    ) ~ " || ' '" -%}
    {%- set saints = regexp_replace_all(words, " (st|ste|sainte|sankt|sint) ", " saint ") -%}
    {%- set heights = "replace(replace(" ~ saints ~ ", ' mt ', ' mount '), ' ft ', ' fort ')" -%}
    nullif({{ regexp_replace_all(heights, "(^ +)|( city)? +$", "") }}, '')
{%- endmacro %}

{#- The area of a postal code: its first five signs. "35212-1104" is 35212, and 1295 has lost a zero in a sheet. -#}
{% macro postal_area(expression) -%}
    {%- set signs = regexp_replace_all(
        regexp_replace_all("upper(" ~ expression ~ ")", "[.]0$", ""), "[^A-Z0-9]", ""
    ) -%}
    nullif(left(case when {{ regexp_matches(signs, "^[0-9]{4}$") }} then '0' || {{ signs }} else {{ signs }} end, 5), '')
{%- endmacro %}

{#- First number of a street; the number of a post-office box is none. -#}
{% macro street_number(expression) -%}
    {{ regexp_group(regexp_replace_all(
        "lower(" ~ expression ~ ")",
        "((p[.]? ?o[.]?|post office|post) ?box|postfach|apartado)[^0-9]{0,4}[0-9]+", ""
    ), "([0-9]+)") }}
{%- endmacro %}

{#- The telling word of a street, its first four letters: "Oak" of "12 N. Oak Street"; null when there is none. -#}
{% macro street_word(expression) -%}
    {{ return(adapter.dispatch('street_word', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__street_word(expression) -%}
    {%- set letters = regexp_replace_all(strip_accents("lower(" ~ expression ~ ")"), "[^a-z]+", " ") -%}
    {%- set words = regexp_replace_all(
        "' ' || " ~ letters ~ " || ' '",
        " (street|strasse|str|st|avenue|ave|av|road|rd|drive|dr|boulevard|blvd|lane|ln|highway|hwy|parkway|pkwy"
        ~ "|court|ct|place|pl|way|square|sq|suite|ste|floor|fl|unit|building|bldg|north|south|east|west"
        ~ "|rue|avenida|calle|via|viale|weg|platz|allee|the|de|du|la|le|del|di|box|po|post|office)\\b", " "
    ) -%}
    nullif({{ regexp_group(words, "([a-z]{3,4})") }}, '')
{%- endmacro %}

{#- How many letters differ between two texts. -#}
{% macro edit_distance(one, other) -%}
    {{ return(adapter.dispatch('edit_distance', 'tieout')(one, other)) }}
{%- endmacro %}
{% macro default__edit_distance(one, other) -%}
    levenshtein({{ one }}, {{ other }})
{%- endmacro %}

{#- Agreement of a field: 1 equal, -1 different, 0 unknown on a side. -#}
{% macro agreement(left, right) -%}
    case
        when {{ left }} is null or {{ right }} is null then 0
        when {{ left }} = {{ right }} then 1
        else -1
    end
{%- endmacro %}

{#-
  CTEs that sum, per pair of readings, the bits of one side's words that the other side shares: all, those that
  the other side writes out (no initials), and those of telling words. `side` and `opposite` are column prefixes.
-#}
{% macro shared_bits(name, side, opposite) -%}
{{ name }}_word as (
    select
        name_key,
        other_name_key,
        max(likeness * {{ side }}weight) as bits,
        max(
            case when {{ side }}is_own and {{ opposite }}class <> 'initials' then likeness * {{ side }}weight else 0 end
        ) as plain_bits,
        max(
            case
                when {{ side }}is_own and {{ side }}class in ('name', 'place', 'alias') then likeness * {{ side }}weight
                else 0
            end
        ) as telling_bits,
        max(case when position = 1 and other_position = 1 then likeness else 0 end) as first_word
    from shared_word
    group by name_key, other_name_key, {{ side }}word, {{ side }}position, {{ side }}is_own
),

{{ name }} as (
    select
        name_key,
        other_name_key,
        sum(bits) as bits,
        sum(plain_bits) as plain_bits,
        sum(telling_bits) as telling_bits,
        max(first_word) as first_word
    from {{ name }}_word
    group by name_key, other_name_key
)
{%- endmacro %}

{#- Texts of a window's rows in order, from the row after ('following') or up to the row before ('preceding'). -#}
{% macro initials_beside(expression, partition_by, order_by, side) -%}
    coalesce(
        string_agg({{ expression }}, '') over (
            partition by {{ partition_by }} order by {{ order_by }}
            rows between
            {% if side == 'following' -%}
                1 following and unbounded following
            {%- else -%}
                unbounded preceding and 1 preceding
            {%- endif %}
        ),
        ''
    )
{%- endmacro %}

{#- Whether two names are one: the same, or all telling words agree and they differ in a trade word at most. -#}
{% macro match_names_agree() -%}
    (
        name_agreement in ('same name', 'same core of the name')
        or (
            name_agreement = 'similar name'
            and not is_misspelt
            and plain_overlap >= 0.84
            and greatest(residue, other_residue) <= 4.2
            and least(residue, other_residue) <= 2
            and greatest(telling_residue, other_telling_residue) <= 1.5
        )
    )
{%- endmacro %}

{#-
  Whether a pair may be accepted without a person: names that are one; or a similar name beside an address (unless
  each says a rare word that the other does not: neighbours, sisters), a telephone or a web domain that agrees, or in
  a town that has no other; or two of the three together.
-#}
{% macro match_speaks_for_itself() -%}
    (
        (names_agree and (name_agreement <> 'similar name' or street_agreement >= 0))
        or (
            overlap >= 0.4 and street_agreement = 1 and greatest(postal_agreement, city_agreement) = 1
            and least(residue, other_residue) < 6
        )
        or (overlap >= 0.5 and phone_agreement = 1)
        or (overlap >= 0.3 and coalesce(domain_agreement, '') = 'same domain')
        or (
            coalesce(domain_agreement, '') = 'same domain'
            and greatest(street_agreement, phone_agreement) = 1
            and greatest(postal_agreement, city_agreement) = 1
        )
        or (
            coalesce(domain_agreement, '') = 'name in domain'
            and street_agreement >= 0
            and (plain_overlap >= 0.6 or city_agreement = 1)
        )
        or (acronym_length >= 3 and city_agreement = 1 and least(state_agreement, street_agreement) >= 0)
        -- the only two of their town, and all that one name says stands in the other
        or (
            city_agreement = 1 and city_bits <= 1 and street_agreement >= 0
            and overlap >= 0.5 and least(residue, other_residue) <= 2
        )
    )
{%- endmacro %}

{#- Digest of the matcher's own code, which is part of every signature: a change of it compares every pair anew. -#}
{% macro matcher_code_digest() -%}
    {%- set code = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | selectattr('resource_type', 'in', ['model', 'seed']) -%}
            {%- if node.name.startswith('int_match__') or node.name == 'name_word' -%}
                {%- do code.append(node.name ~ node.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
        {#- dbt's checksum of a model does not see the macros in it. -#}
        {%- do code.append(
            tojson(match_points()) ~ match_names_agree() ~ match_speaks_for_itself()
            ~ agreement('one', 'other') ~ shared_bits('name', 'one_', 'other_')
        ) -%}
    {%- endif -%}
    {{ return(local_md5(code | sort | join(','))) }}
{%- endmacro %}

{#-
  Whether a record (of int_match__signature) is new or has changed since its pairs were scored. Where no scores are
  kept, because they were lost or dbt is told to start afresh, every record is new.
-#}
{% macro is_not_scored(signature) -%}
    {%- set scored = adapter.get_relation(this.database, this.schema, 'int_match__scored_record')
        if execute and not flags.FULL_REFRESH
        and adapter.get_relation(this.database, this.schema, 'int_match__pair_score') else none -%}
    {%- if scored -%}
        not exists (
            select 1
            from {{ scored }} as scored
            where
                {{ signature }}.record_key = scored.record_key
                and {{ signature }}.signature = scored.signature
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Before new scores are added: away with those of records that are gone or have changed. -#}
{% macro forget_changed_pairs() -%}
    {%- set scored = adapter.get_relation(this.database, this.schema, 'int_match__scored_record') if execute else none -%}
    {%- if is_incremental() and scored -%}
    delete from {{ this }}
    where
        record_key not in (
            select signature.record_key
            from {{ this.schema }}.int_match__signature as signature
            inner join {{ scored }} as scored
                on
                    signature.record_key = scored.record_key
                    and signature.signature = scored.signature
        )
        or other_record_key not in (
            select signature.record_key
            from {{ this.schema }}.int_match__signature as signature
            inner join {{ scored }} as scored
                on
                    signature.record_key = scored.record_key
                    and signature.signature = scored.signature
        )
    {%- elif is_incremental() -%}
    delete from {{ this }}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{#-
  In the same transaction: a record whose pairs are replaced counts as not scored until all is noted again. Else a
  night that dies in between, and a next one in which the record is as it was before, would leave that night's scores.
-#}
{% macro forget_changed_records() -%}
    {%- set scored = adapter.get_relation(this.database, this.schema, 'int_match__scored_record') if execute else none -%}
    {%- if scored -%}
    delete from {{ scored }}
    {%- if is_incremental() %}
    where not exists (
        select 1
        from {{ this.schema }}.int_match__signature as signature
        where
            signature.record_key = {{ scored }}.record_key
            and signature.signature = {{ scored }}.signature
    )
    {%- endif %}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{#- The rule under which a scored pair stands, in the words of the review queue. -#}
{% macro match_rule_of_score() -%}
    case
        when domain_agreement = 'same domain' then 'same web domain'
        when name_agreement in ('same name', 'same core of the name')
            and greatest(city_agreement, postal_agreement, street_agreement) = 1
            then 'same name and place'
        when name_agreement in ('same name', 'same core of the name') then 'same name'
        when name_agreement = 'acronym' then 'acronym'
        when domain_agreement = 'name in domain' then 'name in web domain'
        when greatest(city_agreement, postal_agreement, street_agreement) = 1
            then 'similar name and place'
        else 'similar name'
    end
{%- endmacro %}

{#- Why a scored pair may be one company, and what speaks against it, in one line. -#}
{% macro match_evidence() -%}
    concat_ws(
        ', ',
        name_agreement || ' (' || cast(cast(overlap * 100 as integer) as {{ dbt.type_string() }}) || '%)',
        domain_agreement
        {%- for field, label in [
            ('street_agreement', 'street number'), ('postal_agreement', 'postal code'), ('city_agreement', 'town'),
            ('state_agreement', 'state'), ('country_agreement', 'country'),
            ('phone_agreement', 'telephone'),
        ] %},
        case {{ field }} when 1 then 'same {{ label }}' when -1 then 'other {{ label }}' end
        {%- endfor %}
    )
{%- endmacro %}

{#- Numbers of two records that cannot both be right if they are one company; null when there are none. -#}
{% macro contradiction(one, other) -%}
    case
        when {{ one }}.tax_id <> {{ other }}.tax_id
            and {{ is_telling_number(one ~ '.tax_id') }} and {{ is_telling_number(other ~ '.tax_id') }}
            then 'the tax ids differ'
        when {{ one }}.duns_number <> {{ other }}.duns_number
            and {{ is_telling_number(one ~ '.duns_number') }} and {{ is_telling_number(other ~ '.duns_number') }}
            then 'the D-U-N-S numbers differ'
    end
{%- endmacro %}

{#-
  CTEs that judge the pairs of `contest`, ending in `verdict`. Ids come first. Then each account and customer that
  no id has spoken for goes to the pair in which each is the other's best, round by round, so that a link is one to
  one; further accounts of a customer are duplicates, which is another model's question. A pair is accepted when
  it is the best of both by a margin, probable enough, free of contradiction, and speaks for itself.
-#}
{% macro match_verdict(contest, rounds=4) -%}
{%- set points = match_points() -%}
claimed as (
    select
        contest.*,
        max(case when tier = 2 or rule_count > 1 then 1 else 0 end)
            over (partition by customer_key, is_past) as customer_is_claimed,
        min(account_spelling) over (partition by customer_key, tier <= 2, is_past)
            = max(account_spelling) over (partition by customer_key, tier <= 2, is_past) as accounts_share_name
    from {{ contest }} as contest
),

by_id as (
    select
        claimed.*,
        case
            when tier > 2 then null
            -- an id typed on the account, while the customer itself names another company's account
            when
                tier = 1 and rule_count = 1 and customer_is_claimed = 1
                and not coalesce(accounts_share_name, false)
                and not (speaks_for_itself and score >= {{ points.person_below }})
                then 'review'
            else 'accepted'
        end as id_verdict
    from claimed
),

taken as (
    select
        by_id.*,
        max(case when id_verdict = 'accepted' then 1 else 0 end) over (partition by account_key, is_past) = 1
            as account_has_id,
        max(case when id_verdict = 'accepted' then 1 else 0 end) over (partition by customer_key, is_past) = 1
            as customer_has_id
    from by_id
),

pointed as (
    select
        taken.*,
        cast(
            case when tier in (3, 4) then greatest(score, 0) + 9 else score end
            + case when customer_has_id then {{ points.taken }} else 0 end
            as decimal(6, 2)
        ) as points,
        -- accounts that are equal to the matcher: the first stands for all
        row_number() over (
            partition by customer_key, is_past, tier > 2, account_spelling, score
            order by account_key
        ) > 1 as is_twin
    from taken
),

free_1 as (
    select
        account_key,
        customer_key,
        is_past,
        points,
        -- records of one side with one tax id are one company, so that none is a rival of the other
        tier = 3 and contradiction is null as shares_tax_id
    from pointed
    where id_verdict is null and not account_has_id and not customer_has_id and not is_twin
)
{%- for round in range(1, rounds + 1) %},

ranked_{{ round }} as (
    select
        free.*,
        row_number() over (partition by account_key, is_past order by points desc, customer_key) as account_rank,
        row_number() over (partition by customer_key, is_past order by points desc, account_key) as customer_rank,
        least(
            points - coalesce(case
                when shares_tax_id
                    then max(case when not shares_tax_id then points end) over (partition by account_key, is_past)
                else lead(points) over (partition by account_key, is_past order by points desc, customer_key)
            end, -99),
            points - coalesce(case
                when shares_tax_id
                    then max(case when not shares_tax_id then points end) over (partition by customer_key, is_past)
                else lead(points) over (partition by customer_key, is_past order by points desc, account_key)
            end, -99)
        ) as margin
    from free_{{ round }} as free
),

won_{{ round }} as (
    select * from ranked_{{ round }}
    where account_rank = 1 and customer_rank = 1
),

free_{{ round + 1 }} as (
    select free.*
    from free_{{ round }} as free
    left join won_{{ round }} as account_won
        on free.account_key = account_won.account_key and free.is_past = account_won.is_past
    left join won_{{ round }} as customer_won
        on free.customer_key = customer_won.customer_key and free.is_past = customer_won.is_past
    where account_won.account_key is null and customer_won.customer_key is null
)
{%- endfor %},

won as (
    {%- for round in range(1, rounds + 1) %}
    select account_key, customer_key, is_past, margin from won_{{ round }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

likely as (
    select
        pointed.*,
        won.account_key is not null as is_assigned,
        coalesce(won.margin >= {{ points.margin }}, false) as is_clear,
        case
            when id_verdict is not null then cast(1 as decimal(5, 4))
            when tier in (3, 4) then cast(0.99 as decimal(5, 4))
            else {{ match_probability('points') }}
        end as probability
    from pointed
    left join won
        on
            pointed.account_key = won.account_key
            and pointed.customer_key = won.customer_key
            and pointed.is_past = won.is_past
),

accepted as (
    select
        likely.*,
        threshold.match_review_floor,
        case
            when id_verdict = 'review' then 'the customer names another account'
            when id_verdict = 'accepted' then null
            when account_has_id then 'an id links the account elsewhere'
            when contradiction is not null then contradiction
            when customer_has_id then 'an id links the customer to another account'
            when is_twin then 'an account of the same name stands first'
            when not is_assigned then 'another pair is likelier'
            when not is_clear then 'others fit as well'
            when not speaks_for_itself then 'the names differ in more than a trade word, and no address agrees'
            when probability < match_auto_accept then 'too little agrees'
        end as review_reason
    from likely
    cross join threshold
),

settled as (
    select
        accepted.*,
        max(case when review_reason is null then 1 else 0 end) over (partition by account_key, is_past) = 1
            as account_is_linked,
        max(case when review_reason is null then 1 else 0 end) over (partition by customer_key, is_past) = 1
            as customer_is_linked,
        max(points) over (partition by account_key, is_past) as best_points
    from accepted
),

sifted as (
    select
        settled.*,
        case
            when review_reason is null then 'accepted'
            when id_verdict = 'review' then 'review'
            when account_is_linked or (customer_is_linked and not customer_has_id and not is_twin) then 'rejected'
            -- a namesake of a customer that an id has already given away
            when customer_has_id and not speaks_for_itself then 'rejected'
            -- who is far behind the best is not worth a look
            when probability < match_review_floor or points < best_points - 3 then 'rejected'
            else 'review'
        end as sifted_verdict
    from settled
),

numbered as (
    select
        sifted.*,
        row_number() over (
            partition by account_key, is_past, sifted_verdict order by points desc, customer_key
        ) as candidate_rank
    from sifted
),

verdict as (
    select
        numbered.* exclude (sifted_verdict),
        case when sifted_verdict = 'review' and candidate_rank > 3 then 'rejected' else sifted_verdict end as verdict
    from numbered
)
{%- endmacro %}

{#- Digest of the rows of a group, whatever their order: equal only where the rows' columns are equal. -#}
{% macro set_digest(columns) -%}
    {{ return(adapter.dispatch('set_digest', 'tieout')(columns)) }}
{%- endmacro %}
{% macro default__set_digest(columns) -%}
    md5({{ string_list(surrogate_key(columns), surrogate_key(columns), '') }})
{%- endmacro %}
{% macro duckdb__set_digest(columns) -%}
    cast(sum(hash({{ columns | join(', ') }})) as varchar) || '/' || cast(count(*) as varchar)
{%- endmacro %}
