-- What stands about each company in the two systems: its accounts and its ERP customers, each with
-- a name, an address and the evidence that ties it to the others. which = 1 is the record in use.
create table company_trait as
with drawn as (
    select
        c.company_no, c.link_kind, c.is_homonym, c.second_account, c.second_customer, c.story,
        c.domain as own_domain,
        -- its account was copied from another company's, or another's from its own (account_row)
        c.story is null and c.link_kind = 'crm_id' and (pick('clone', c.company_no, 80) = 0
            or lag(pick('clone', c.company_no, 80) = 0, 1, false) over (
                partition by c.link_kind, c.story is null order by c.company_no
            )) as is_clone,
        c.is_homonym or c.is_crowded or c.parent_no is not null or c.company_no in (
            select parent_no from company where parent_no is not null
        ) as has_namesake,
        c.link_kind not in ('name', 'fuzzy') or u01('site', c.company_no) < 0.35 as has_site,
        -- children often live on their parent's domain
        case when p.link_kind in ('netsuite_id', 'crm_id', 'external_id', 'tax')
            and c.link_kind in ('netsuite_id', 'crm_id', 'external_id', 'tax')
            and pick('sharesdomain', c.company_no, 5) < 2 then p.domain else c.domain end as domain,
    from company as c left join company as p on p.company_no = c.parent_no
)
select
    company_no, domain, has_site, is_homonym,
    domain is distinct from own_domain as has_parents_domain,
    -- whose mail server invoices go to: its own, free mail, or a service that many companies share
    case
        when domain is null then 'free'
        when link_kind in ('name', 'fuzzy') and has_site
            then choose('erpmail', company_no, ['free', 'free', 'free', 'shared'])
        when link_kind in ('name', 'fuzzy')
            then choose('erpmail', company_no, ['own', 'own', 'own', 'own', 'free', 'shared'])
        when link_kind = 'duns' then choose('erpmail', company_no, ['own', 'own', 'free'])
        when pick('freemail', company_no, 40) = 0 then 'free'
        else 'own'
    end as erp_mail,
    -- Whether its account is mapped is a matter of judgement: the bridge must not hang on that, so
    -- that its deals have orders, and these name the deal.
    coalesce(link_kind in ('name', 'fuzzy', 'domain') or is_clone
        or (link_kind = 'duns' and erp_mail <> 'own'), false) as is_judged,
    -- Not in the ERP, and easily taken for one that is: it asks for quotes and buys nothing.
    link_kind = 'none' and has_namesake as is_decoy,
    -- one record on either side, tied by an id: nobody doubts who the customer is
    link_kind in ('netsuite_id', 'crm_id', 'external_id', 'tax') and not has_namesake
    and second_account is null and second_customer is null and story is null
    and not is_clone as is_plain,
from drawn;

-- (company_no, which) on each side, and what decides about its name
create table record as
with listed as (
    select 'crm' as side, company_no, 1 as which, 'primary' as role, created_ts
    from company where not erp_only
    union all
    select 'crm', company_no, 2, case when second_account in ('duplicate', 'deleted')
        then second_account else 'merged' end, created_ts + interval 200 day
    from company where second_account is not null
    union all
    select 'crm', company_no, 3, 'merged', created_ts + interval 260 day
    from company where second_account in ('chain', 'purged')
    union all
    select 'erp', company_no, 1, 'primary', created_ts + interval 3 day
    from company where link_kind <> 'none'
    union all
    select 'erp', company_no, 2, case link_kind when 'ambiguous' then 'stranger'
        else second_customer end, created_ts + interval 400 day
    from company where second_customer is not null or link_kind = 'ambiguous'
)
select
    l.*, l.company_no * 8 + l.which + case l.side when 'erp' then 4 else 0 end as record_no,
    l.side = 'crm' and l.which = 2 and c.second_account = 'purged' as is_purged,
    l.role = 'duplicate' and l.side = 'erp' and pick('dupgone', l.company_no, 5) < 2 as is_retired,
    case
        when c.story is not null then 'none'
        when l.side = 'crm' and l.which > 1 then 'crm_copy'
        when l.side = 'crm' and c.link_kind in ('name', 'fuzzy') then 'crm_weak'
        when l.side = 'crm' then 'crm'
        when l.role = 'duplicate' then 'erp_copy'
        when l.role = 'branch' then 'fixed'
        when c.link_kind = 'name' then 'erp_name'
        when c.link_kind = 'fuzzy' then 'erp_fuzzy'
        else 'erp'
    end as policy,
    case
        -- two customers of one name in two towns, and an account that says neither
        when l.role = 'stranger' then 'other_town'
        when c.story is not null or (l.side = 'crm' and l.which = 1) then 'same'
        when l.role = 'branch' then 'other_town'
        when l.side = 'crm' or l.role = 'duplicate'
            then choose('address', record_no,
                ['same', 'same', 'same', 'spelled', 'spelled', 'upper', 'po_box', 'moved'])
        when c.link_kind = 'name'
            then choose('address', record_no,
                ['same', 'same', 'same', 'spelled', 'spelled', 'upper', 'po_box'])
        when c.link_kind = 'fuzzy'
            then choose('address', record_no,
                ['same', 'same', 'same', 'same', 'same', 'spelled', 'spelled', 'spelled', 'upper',
                    'po_box', 'moved', 'other_town'])
        when pick('address', record_no, 10) < 7 then 'same'
        else choose('address2', record_no,
            ['spelled', 'spelled', 'spelled', 'upper', 'po_box', 'moved'])
    end as address_kind,
    case
        when l.role = 'stranger' then 'other'
        when c.link_kind = 'ambiguous' and l.side = 'crm' then 'none'
        when c.story is not null or (l.side = 'crm' and l.which = 1) then 'same'
        when l.role = 'branch' then 'other'
        when c.link_kind = 'fuzzy' or l.which > 1
            then choose('phone', record_no, ['same', 'digits', 'none', 'none', 'other', 'none'])
        else choose('phone', record_no,
            ['same', 'same', 'same', 'same', 'digits', 'digits', 'digits', 'none', 'none', 'other'])
    end as phone_kind,
from listed as l inner join company as c using (company_no);

-- One or two variations of each name, drawn from those that would change it.
create table record_variation as
with word as (
    select
        r.record_no, r.policy, r.role, r.is_retired, c.core, c.legal_form, c.country,
        c.city as town,
        string_split(c.core, ' ') as words,
    from record as r inner join company as c using (company_no)
    where c.story is null
),
possible as (
    select
        w.*, p.first_share, p.second_share,
        list_filter(p.first_kinds, lambda k: not list_contains(w.idle, k)) as first_kinds,
        list_filter(p.second_kinds, lambda k: k <> 'script' and not list_contains(w.idle, k))
            as second_kinds,
    from (select *, idle_kinds(core, words, legal_form, country, record_no) as idle from word) as w
    inner join name_policy as p using (policy)
),
drawn as (
    select
        *,
        case when role = 'branch' then 'branch'
            when u01('vary1', record_no) < first_share then choose('kind1', record_no, first_kinds)
        end as first_kind,
        case when is_retired then 'do_not_use'
            when u01('vary2', record_no) < second_share
                then choose('kind2', record_no, second_kinds)
        end as second_kind,
    from possible
)
select
    record_no, core, legal_form, country, town, words, first_kind,
    -- one name is not varied twice in the same way, and nothing is left to vary in an acronym
    case when second_kind = first_kind or second_kind in ('former', 'trading') then null
        when first_kind in ('acronym', 'script', 'renamed', 'truncated')
        and second_kind not in ('upper', 'do_not_use') then null
        else second_kind end as second_kind,
from drawn;

create table record_name as
with once as (
    select
        *,
        coalesce(varied_core(second_kind, core, words, record_no, town, country), core) as core1,
        coalesce(varied_form(second_kind, legal_form, record_no), legal_form) as form1,
    from record_variation
),
twice as (
    select
        *,
        coalesce(varied_core(first_kind, core1, string_split(core1, ' '), record_no, town, country),
            core1) as core2,
        coalesce(varied_form(first_kind, form1, record_no), form1) as form2,
    from once
),
written as (
    select
        *,
        trim(case when first_kind = 'script' then concat(form2, core2)
            when 'comma' in (first_kind, second_kind) and form2 <> ''
                then concat(core2, ', ', form2)
            else concat(core2, ' ', form2) end) as text,
    from twice
)
select
    w.record_no, w.first_kind, w.second_kind,
    coalesce(varied_text(second_kind,
        coalesce(varied_text(first_kind, text, core, record_no), text), core, record_no),
        coalesce(varied_text(first_kind, text, core, record_no), text)) as name,
    least(coalesce(f.strength, 0) + coalesce(s.strength, 0), 3) as strength,
from written as w
left join name_kind as f on f.kind = w.first_kind
left join name_kind as s on s.kind = w.second_kind
union all
select
    r.record_no, null, null,
    case
        when r.side = 'erp' and r.role = 'stranger' then upper(replace(c.erp_name, '.', ''))
        when r.side = 'erp' then c.erp_name
        when r.which = 1 then c.crm_name
        else concat(c.core, ' ', case pick('dupform', c.company_no, 3) when 0 then ''
            when 1 then 'Holding' else 'International' end)
    end, 0,
from record as r inner join company as c using (company_no)
where c.story is not null;

-- Where each record says that the company is. elsewhere: another address that the country knows.
create table record_address as
with elsewhere as (
    select
        r.record_no, r.address_kind, c.country, c.street, c.city, c.state, c.postal_code,
        1 + pick('house2', r.record_no, 240) as house_no,
        choose('street2', r.record_no, w.streets) as street_name,
        case when r.address_kind = 'other_town'
            then choose('city2', r.record_no, list_filter(w.cities, lambda p: p[1] <> c.city))
        end as place,
        w.postal_digits,
    from record as r inner join company as c using (company_no)
    inner join country_words as w using (country)
)
select
    record_no,
    case address_kind
        when 'po_box' then concat(case when country in ('DE', 'AT', 'CH') then 'Postfach '
            when country = 'FR' then 'BP ' else 'P.O. Box ' end, 100 + pick('box', record_no, 9800))
        when 'upper' then upper(street)
        when 'spelled' then spelled_street(street)
        when 'same' then street
        else case when country in ('US', 'CA', 'GB', 'FR') then concat(house_no, ' ', street_name)
            else concat(street_name, ' ', house_no) end
    end as street,
    case address_kind when 'other_town' then place[1] when 'upper' then upper(city) else city end
        as city,
    case address_kind when 'other_town' then nullif(place[2], '') else state end as state,
    case
        when address_kind in ('other_town', 'moved') and postal_code is not null
            then rpad(concat(coalesce(place[3], left(postal_code, 2)),
            lpad(pick('zip2', record_no, 1000)::varchar, 3, '0')),
            greatest(postal_digits, len(coalesce(place[3], '')))::integer, '0')
        when address_kind = 'spelled' and country = 'US' and pick('zip4', record_no, 3) = 0
            then concat(postal_code, '-', 1000 + pick('plus4', record_no, 8999))
        else postal_code
    end as postal_code,
    -- how much the address says beside the company's own: 2 the same house, 1 the same town
    case when address_kind in ('same', 'spelled', 'upper') then 2
        when address_kind in ('moved', 'po_box') then 1 else 0 end as likeness,
from elsewhere;

-- one company in eight has its goods sent to another place than its invoices
create table company_shipping as
select
    c.company_no,
    case when d.company_no is null then c.street
        when c.country in ('US', 'CA', 'GB', 'FR')
            then concat(1 + pick('shipno', c.company_no, 90), ' ', d.street_name)
        else concat(d.street_name, ' ', 1 + pick('shipno', c.company_no, 90)) end as street,
    coalesce(d.place[1], c.city) as city,
    case when d.company_no is null then c.state else nullif(d.place[2], '') end as state,
    case when d.company_no is null then c.postal_code
        else rpad(concat(d.place[3], lpad(pick('shipzip', c.company_no, 1000)::varchar, 3, '0')),
        greatest(d.postal_digits, len(d.place[3]))::integer, '0') end as postal_code,
from company as c
left join (
    select x.company_no, w.postal_digits, choose('shipcity', x.company_no, w.cities) as place,
        choose('shipstreet', x.company_no, w.streets) as street_name,
    from company as x inner join country_words as w using (country)
    where x.story is null and pick('ship', x.company_no, 8) = 0
) as d using (company_no);

-- Who belongs to whom, and which system says so. The CRM names the grandparent at times.
create table company_parent as
select
    c.company_no, c.parent_no,
    case
        when not c.erp_only and u < 0.80 then case
            when p.parent_no is not null and u < 0.55 and pick('skips', c.company_no, 4) = 0
                then p.parent_no else c.parent_no end
        when not c.erp_only and (c.link_kind = 'none' or p.link_kind = 'none') then c.parent_no
    end as crm_parent_no,
    case when c.link_kind <> 'none' and p.link_kind <> 'none'
        and (c.erp_only or u < 0.55 or u >= 0.80) then c.parent_no end as erp_parent_no,
    -- the account of the parent that was merged away since
    case when pick('oldparent', c.company_no, 3) = 0
        and g.second_account in ('merged', 'chain', 'purged') then 2 else 1 end as crm_parent_which,
    crm_parent_which = 1 or g.second_account <> 'purged' as is_crm_parent_kept,
from (select *, u01('stated', company_no) as u from company where parent_no is not null) as c
inner join company as p on p.company_no = c.parent_no
left join company as g on g.company_no = c.parent_no;

-- Who buys for whom: a child's orders placed by its parent, a parent's billed to its child. Where
-- the family can be proven, the order may name nothing but the purchase order.
create table company_buyer as
with pair as (
    select
        x.company_no, x.parent_no, p.parent_no is null as is_top,
        not t.is_judged and not s.is_judged and (x.erp_parent_no is not null
            or (x.crm_parent_no is not null and x.is_crm_parent_kept)) as is_provable,
    from company_parent as x
    inner join company as c using (company_no)
    inner join company as p on p.company_no = x.parent_no
    inner join company_trait as t on t.company_no = x.company_no
    inner join company_trait as s on s.company_no = x.parent_no
    where c.link_kind <> 'none' and p.link_kind <> 'none'
)
select x.company_no, x.parent_no as buyer_no, 7 as one_in, x.is_provable
from pair as x inner join company as c using (company_no) where not c.erp_only
union all
select parent_no, company_no, 9, is_provable from pair where is_top
qualify row_number() over (partition by parent_no order by company_no) = 1;
