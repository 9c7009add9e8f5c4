-- One row per real company. link_kind says what lets a matcher find the ERP customer of the CRM
-- account: netsuite_id, crm_id, external_id (ids written by an integration), tax, duns, domain,
-- name (equal but for spelling), fuzzy (similar at best), or none (not in the ERP). A company with
-- a parent belongs to another, older one.
create table company_seed as
select
    c.range + 1 as company_no,
    c.range >= getvariable('n_company') as erp_only,
    case
        when u < 0.50 then 2 when u < 0.80 then 3 when u < 0.92 then 4 else 5
    end as entity_no,
    u01('country', c.range) as v,
    case when c.range > 3
        and (c.w < case when c.range < getvariable('n_company') then 0.06 else 0.25 end
            or c.range in (20, 21))
        then 1 + floor(least(c.range, greatest(3, getvariable('n_company') * 0.12))
            * pow(u01('parent', c.range), 1.3))::bigint end as parent_no,
from (
    select range, u01('entity', range) as u, u01('family', range) as w
    from range(getvariable('n_company') + getvariable('n_erp_only'))
) as c;

create table company_core as
with placed as (
    select
        *,
        case entity_no
            when 2 then case when v < 0.86 then 'US' else 'CA' end
            when 3 then case when v < 0.42 then 'DE' when v < 0.50 then 'AT' when v < 0.58 then 'CH'
                when v < 0.70 then 'FR'
                when v < 0.79 then 'IT' when v < 0.86 then 'ES' when v < 0.92 then 'NL'
                    else 'GB' end
            when 4 then 'JP'
            else case when v < 0.7 then 'KW' else 'AE' end
        end as country,
    from company_seed
),
numbered as (
    select *, row_number() over (partition by country order by company_no) - 1 as k
    from placed
),
named as (
    select
        n.company_no, n.erp_only, n.entity_no, n.country, n.k, n.parent_no, w.cities, w.sectors,
        case k % 3
            when 1 then concat(
                w.surnames[((k // 3) % len(w.surnames)) + 1], ' & ',
                w.surnames[((k // 3 // len(w.surnames) + k // 3 + 1) % len(w.surnames)) + 1])
            when 0 then w.surnames[((k // 3) % len(w.surnames)) + 1]
        end as stem,
        case
            when k % 3 = 1 then concat(
                w.surnames[((k // 3) % len(w.surnames)) + 1], ' & ',
                w.surnames[((k // 3 // len(w.surnames) + k // 3 + 1) % len(w.surnames)) + 1], ' ',
                w.sectors[(draw('sector', company_no) % len(w.sectors)::ubigint)::bigint + 1])
            when k % 3 = 2 then concat(
                choose('coin1', company_no,
                    ['Vel', 'Nor', 'Tri', 'Aqua', 'Ferro', 'Hydra', 'Omni', 'Sol', 'Cal', 'Dyn',
                        'Prax', 'Ser', 'Altu', 'Meri', 'Quan', 'Zen', 'Orb', 'Lumi', 'Corva',
                        'Strat']),
                choose('coin2', company_no,
                    ['tronix', 'dyne', 'vera', 'mark', 'line', 'form', 'sys', 'plex', 'nova', 'tec',
                        'flux', 'gard', 'core', 'lith', 'metrix', 'wave']), ' ',
                w.sectors[(draw('sector', company_no) % len(w.sectors)::ubigint)::bigint + 1])
            else concat(
                w.surnames[((k // 3) % len(w.surnames)) + 1], ' ',
                -- every surname meets every sector before a name comes again
                w.sectors[((k // 3 // len(w.surnames) + k // 3 % len(w.surnames))
                    % len(w.sectors)) + 1])
        end as core,
    from numbered as n inner join country_words as w using (country)
),
-- most children are named after their parent: by region, or by another trade
family as (
    select
        n.* exclude (core, stem, sectors),
        case
            when p.company_no is null or pick('childname', n.company_no, 20) >= 15 then n.core
            when pick('childname', n.company_no, 20) < 9 or p.stem is null
                then concat(p.core, ' ', case when p.country <> n.country then x.other_name
                    else choose('region', n.company_no,
                        ['Services', 'North', 'West', 'South', 'East', 'Trading']) end)
            else concat(p.stem, ' ', choose('childsector', n.company_no, n.sectors))
        end as core,
    from named as n
    inner join country_name as x on x.country = n.country
    left join named as p on p.company_no = n.parent_no
),
-- the same name twice: the later company carries its town, then a number
towned as (
    select
        *, row_number() over (partition by core order by company_no) as same_name,
        count(*) over (partition by core) > 1 as is_crowded,
    from family
),
spread as (
    select
        * exclude (core, same_name),
        case when same_name = 1 then core
            else concat(core, ' ', cities[((same_name - 2) % len(cities)) + 1][1])
        end as core,
    from towned
),
numbered_again as (
    select
        * exclude (core, cities),
        case when row_number() over (partition by core order by company_no) = 1 then core
            else concat(core, ' ', row_number() over (partition by core order by company_no)) end
                as core,
    from spread
),
-- and some companies that share nothing but their name with one in another town
drawn as (
    select
        *,
        case when u01('homonym', company_no) < 0.03 and parent_no is null and company_no > 8
            then lag(company_no) over by_country end as homonym_of,
        lag(core) over by_country as homonym_core,
    from numbered_again
    window by_country as (partition by country order by company_no)
)
select
    * exclude (homonym_core, core),
    case when homonym_of is null then core else homonym_core end as core,
    count(*) over (partition by country, case when homonym_of is null then core
        else homonym_core end) > 1 as is_homonym,
from drawn;

create table company as
with base as (
    select
        c.company_no, c.parent_no, c.is_homonym, c.is_crowded, c.homonym_of,
        c.erp_only, c.entity_no, c.country,
        c.core, w.dial,
        choose('form', coalesce(c.homonym_of, c.company_no), w.forms) as legal_form,
        case
            when c.homonym_of is null then choose('city', c.company_no, w.cities)
            else w.cities[(pick('city', c.homonym_of, len(w.cities)) + 1
                + pick('town', c.company_no, len(w.cities) - 1)) % len(w.cities) + 1]
        end as place,
        choose('street', c.company_no, w.streets) as street_name,
        1 + pick('houseno', c.company_no, 240) as house_no,
        w.postal_digits,
        u01('link', c.company_no) as link_u, u01('dupacct', c.company_no) as dup_u,
        u01('erpdup', c.company_no) as erp_dup_u,
        choose('first', c.company_no, w.first_names) as first_name,
        choose('last', c.company_no, w.last_names) as last_name,
        -- of two that share a name the later one found the domain taken
        trim(regexp_replace(lower(strip_accents(replace(case when c.homonym_of is null then c.core
            else concat(c.core, ' ', place[1]) end, '&', 'and'))), '[^a-z0-9]+', '-', 'g'), '-')
            as slug,
    from company_core as c inner join country_words as w using (country)
)
select
    company_no, null::varchar as story, erp_only, entity_no, country, core, legal_form, parent_no,
    is_homonym, is_crowded,
    -- planted companies are written as they are; the names of the others vary by record
    null::varchar as crm_name, null::varchar as erp_name,
    place[1] as city, nullif(place[2], '') as state,
    rpad(concat(place[3], lpad(pick('zip', company_no, 1000)::varchar, 3, '0')),
        greatest(postal_digits, len(place[3]))::integer, '0') as postal_code,
    case when country in ('US', 'CA', 'GB', 'FR') then concat(house_no, ' ', street_name)
        else concat(street_name, ' ', house_no) end as street,
    concat(replace(slug, '-', case when len(slug) > 22 then '' else '-' end),
        case country when 'US' then '.com' when 'GB' then '.co.uk' when 'JP' then '.co.jp'
            when 'KW' then '.com.kw' else concat('.', lower(country)) end) as domain,
    case country
        when 'US'
            then concat(10 + pick('tax1', company_no, 89), '-',
            lpad(((company_no::bigint * 7919 + 1234567) % 10000000)::varchar, 7, '0'))
        when 'JP' then lpad(((company_no::bigint * 104729 + 6010401000000))::varchar, 13, '0')
        else concat(case country when 'GB' then 'GB' when 'CH' then 'CHE' else country end,
            lpad(((company_no::bigint * 15485863 + 123456789) % 1000000000)::varchar, 9, '0'))
    end as tax_id,
    concat(dial, ' ', 100 + pick('ph1', company_no, 800), ' ', 1000 + pick('ph2', company_no, 8999),
        ' ', pick('ph3', company_no, 90) + 10) as phone,
    case
        when erp_only then 'erp_only'
        when link_u < 0.44 then 'netsuite_id' when link_u < 0.58 then 'crm_id'
            when link_u < 0.64 then 'external_id'
        when link_u < 0.73 then 'tax' when link_u < 0.755 then 'duns'
            when link_u < 0.83 then 'domain'
        when link_u < 0.885 then 'name' when link_u < 0.965 then 'fuzzy' else 'none'
    end as link_kind,
    -- chain: an account merged into one that was merged in turn; purged: whose middle is gone,
    -- deleted: in the recycle bin, merged into none
    case
        when erp_only then null
        -- at any scale there is one of each
        when company_no between 10 and 14
            then ['deleted', 'merged', 'chain', 'purged', 'duplicate'][company_no - 9]
        when dup_u < 0.022 then 'duplicate' when dup_u < 0.029 then 'merged'
        when dup_u < 0.033 then 'chain' when dup_u < 0.035 then 'purged'
        when dup_u < 0.040 then 'deleted'
    end as second_account,
    case
        when link_u >= 0.965 and not erp_only then null
        when company_no between 15 and 18
            then ['duplicate', 'branch'][company_no % 2 + 1]
        when erp_dup_u < 0.022 then 'duplicate' when erp_dup_u < 0.040 then 'branch'
    end as second_customer,
    concat('0', lpad(((company_no::bigint * 48271 + 10203040) % 100000000)::varchar, 8, '0'))
        as duns,
    choose('industry', company_no,
        ['Chemicals', 'Food & Beverage', 'Energy', 'Manufacturing', 'Utilities', 'Biotechnology',
            'Engineering']) as industry,
    choose('terms', company_no, [30, 30, 30, 60, 45, 14]) as terms_days,
    u01('exempt', company_no) < 0.12 as tax_exempt,
    false as erp_inactive,
    u01('credit', company_no) < 0.02 as credit_hold,
    u01('gaps', company_no) as gap_u,
    timestamp '2019-01-07' + to_seconds(pick('ccreated', company_no, 150000000)) as created_ts,
    first_name, last_name,
    null::varchar as note,
from base;

-- Planted companies. free text keeps the reason; everything else is as real as the mass.
insert into company by name
select
    n as company_no, story, false as erp_only, entity_no, country, core, form as legal_form,
    false as is_homonym, false as is_crowded, crm_name, erp_name, city, state,
    zip as postal_code, street,
    domain, tax_id, phone, link_kind, second as second_account, 'Manufacturing' as industry,
    terms as terms_days, exempt as tax_exempt, inactive as erp_inactive, false as credit_hold,
    0.9 as gap_u,
    timestamp '2021-03-02 09:14:00' + to_seconds(n::bigint * 4321 % 40000000) as created_ts,
    'Dana' as first_name, 'Whitcomb' as last_name, note
from (values
    (900001, 'AX-04', 1, 'US', 'Acme', 'Corp.', 'Acme Corp', 'Acme Corporation Ltd.', 'Toledo',
        'OH', '43604', '410 Summit St', 'acmecorp.com', '34-8812045', '+1 419 5550 21', 'tax',
        'duplicate', 30, false, false, 'one company under three names'),
    (900002, 'AX-01', 1, 'US', 'Brightwater Utilities', 'LLC', 'Brightwater Utilities LLC',
        'Brightwater Utilities LLC', 'Tacoma', 'WA', '98402', '1500 Dock St',
        'brightwaterutilities.com', '91-5520174', '+1 253 5550 90', 'none', null, 30, false, false,
        'never created in the ERP'),
    (900003, 'AX-01', 1, 'US', 'Calloway Paper', 'Inc.', 'Calloway Paper Inc.',
        'Calloway Paper, Inc.', 'Macon', 'GA', '31201', '77 Riverside Dr', 'callowaypaper.com',
        '58-1190246', '+1 478 5550 17', 'netsuite_id', null, 30, false, false, null),
    (900004, 'AX-01', 1, 'US', 'Deltona Brewing', 'Co.', 'Deltona Brewing Co.',
        'DELTONA BREWING CO', 'Milwaukee', 'WI', '53202', '9 Water St', 'deltonabrewing.com',
        '39-7741250', '+1 414 5550 33', 'netsuite_id', null, 60, false, false, null),
    (900005, 'AX-01', 1, 'US', 'Everline Chemicals', 'Inc.', 'Everline Chemicals',
        'Everline Chemicals Inc', 'Baton Rouge', 'LA', '70802', '3200 Refinery Rd',
        'everlinechem.com', '72-3098117', '+1 225 5550 48', 'crm_id', null, 30, false, false, null),
    (900006, 'AX-01', 1, 'US', 'Fairmont Cement', 'LLC', 'Fairmont Cement LLC',
        'Fairmont Cement LLC', 'Allentown', 'PA', '18101', '18 Kiln Ln', 'fairmontcement.com',
        '23-6610982', '+1 610 5550 71', 'netsuite_id', null, 30, false, false, null),
    (900007, 'AX-01', 1, 'US', 'Gladwyn Pharma', 'Corp.', 'Gladwyn Pharma Corp.',
        'Gladwyn Pharmaceuticals Corporation', 'Durham', 'NC', '27701', '600 Research Dr',
        'gladwynpharma.com', '56-2207719', '+1 919 5550 64', 'domain', null, 30, false, false,
        null),
    (900008, 'AX-01', 1, 'US', 'Harrow Steel', 'Inc.', 'Harrow Steel Inc.', 'Harrow Steel Inc.',
        'Gary', 'IN', '46402', '1 Mill Gate', 'harrowsteel.com', '35-9054412', '+1 219 5550 12',
        'netsuite_id', null, 45, true, false, null),
    (900011, 'AX-02', 2, 'US', 'Ridgemont Foods', 'Inc.', 'Ridgemont Foods Inc.',
        'Ridgemont Foods, Inc.', 'Boise', 'ID', '83702', '240 Orchard Ave', 'ridgemontfoods.com',
        '82-4419073', '+1 208 5550 36', 'netsuite_id', null, 30, false, false, null),
    (900012, 'AX-06', 2, 'US', 'Silverbrook Energy', 'LLC', 'Silverbrook Energy LLC',
        'Silverbrook Energy LLC', 'Midland', 'TX', '79701', '812 Wall St', 'silverbrookenergy.com',
        '75-3321908', '+1 432 5550 82', 'netsuite_id', null, 60, false, false, null),
    (900013, 'AX-07', 5, 'KW', 'Mina Coast Desalination', 'K.S.C.C.',
        'Mina Coast Desalination K.S.C.C.', 'Mina Coast Desalination KSCC', 'Shuwaikh', 'Al Asimah',
        '70653', 'Block 2, Port Avenue', 'minacoast.com.kw', 'KW730018245', '+965 2248 1190',
        'netsuite_id', null, 30, false, false, null),
    (900014, 'AX-07', 5, 'KW', 'Wafra Process Industries', 'W.L.L.',
        'Wafra Process Industries W.L.L.', 'Wafra Process Industries W.L.L.', 'Ahmadi', 'Al Ahmadi',
        '61004', 'Street 9, Area 3', 'wafraprocess.com.kw', 'KW730024411', '+965 2398 7761',
        'netsuite_id', null, 30, false, false, null),
    (900015, 'AX-08', 2, 'US', 'Tamarack Pulp', 'Co.', 'Tamarack Pulp Co.', 'Tamarack Pulp Company',
        'Eugene', 'OR', '97401', '55 Log Pond Rd', 'tamarackpulp.com', '93-1107285',
        '+1 541 5550 29', 'tax', null, 30, false, false, null),
    (900016, 'AX-09', 2, 'US', 'Orchard Point Refining', 'Inc.', 'Orchard Point Refining Inc.',
        'Orchard Point Refining Inc.', 'Corpus Christi', 'TX', '78401', '2100 Navigation Blvd',
        'orchardpointrefining.com', '74-6520331', '+1 361 5550 58', 'netsuite_id', null, 30, false,
        false, null),
    (900017, 'AX-12', 3, 'DE', 'Wiesental Messtechnik', 'GmbH', 'Wiesental Messtechnik GmbH',
        'Wiesental Messtechnik GmbH', 'Freiburg', 'BW', '79098', 'Talstraße 14',
        'wiesental-messtechnik.de', 'DE288140937', '+49 761 44210', 'netsuite_id', null, 30, false,
        false, null),
    (900018, 'AX-20', 3, 'FR', 'Ateliers Montclair', 'SAS', 'Ateliers Montclair SAS',
        'Ateliers Montclair SAS', 'Rouen', null, '76000', 'Quai de la Gare 7',
        'ateliersmontclair.fr', 'FR508812377', '+33 235 441 80', 'netsuite_id', null, 45, false,
        false, 'address edited in the CRM after the ERP record was made'),
    (900019, 'AX-28', 2, 'US', 'Copperfield Plastics', 'Inc.', 'Copperfield Plastics Inc.',
        'Copperfield Plastics Inc.', 'Akron', 'OH', '44308', '640 Rubber Ave',
        'copperfieldplastics.com', '34-2250918', '+1 330 5550 44', 'netsuite_id', null, 30, false,
        true, 'active in the CRM, inactive in the ERP'),
    (900020, 'AX-19', 2, 'US', 'Northgate Robotics', 'LLC', 'Northgate Robotics LLC',
        'Northgate Robotics LLC', null, null, null, null, 'northgaterobotics.com', null,
        '+1 512 5550 77', 'none', null, null, false, false, 'nothing that the ERP needs is filled'),
    (900021, 'AX-24', 4, 'JP', 'Hoshino Keisoku', 'K.K.', 'Hoshino Keisoku K.K.',
        'HOSHINO KEISOKU KK', 'Kobe', 'Hyogo-ken', '650-0001', 'Kanocho 6', 'hoshino-keisoku.co.jp',
        '7140001023456', '+81 78 331 2200', 'netsuite_id', null, 60, false, false, null),
    (900022, 'MIX', 3, 'DE', 'Rheinufer Chemie', 'AG', 'Rheinufer Chemie AG', 'Rheinufer Chemie AG',
        'Worms', 'RP', '67547', 'Hafenstraße 3', 'rheinufer-chemie.de', 'DE291105548',
        '+49 6241 9040', 'netsuite_id', null, 30, false, false, null),
    (900023, 'AX-10', 2, 'US', 'Lakeshore Packaging', 'Corp.', 'Lakeshore Packaging Corp.',
        'Lakeshore Packaging Corp', 'Erie', 'PA', '16501', '3 Bayfront Pkwy',
        'lakeshorepackaging.com', '25-7781034', '+1 814 5550 65', 'netsuite_id', null, 60, true,
        false, 'Net 60 and tax exempt on both sides'),
    (900024, 'AMBIGUOUS', 2, 'US', 'Pinnacle Controls', 'Inc.', 'Pinnacle Controls Inc.',
        'Pinnacle Controls Inc.', 'Omaha', 'NE', '68102', '1200 Farnam St', null, null,
        '+1 402 5550 53', 'ambiguous', null, 30, false, false, 'two ERP customers carry this name')
) as t (n, story, entity_no, country, core, form, crm_name, erp_name, city, state, zip, street,
domain, tax_id, phone, link_kind, second, terms, exempt, inactive, note);
