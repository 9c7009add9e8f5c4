-- How one company comes to stand under several names: kinds of variation and what each makes of a
-- name. strength: 0 a matter of spelling that general knowledge undoes, 1 similar, 2 hardly alike,
-- 3 another name. weight: how often it is drawn.
create table name_kind as
select * from (values
    ('upper', true, false, 0, 6), ('comma', true, true, 0, 3), ('ampersand', true, true, 0, 4),
    ('form_spelled', true, true, 0, 5), ('no_form', true, true, 0, 5),
    ('plain_letters', true, true, 0, 3), ('html', true, true, 0, 2),
    ('city', true, false, 1, 3), ('abbreviated', true, true, 1, 5),
    ('truncated', true, false, 1, 4),
    ('typo', true, true, 1, 5), ('word_order', true, true, 1, 3), ('word_added', true, true, 1, 3),
    ('word_dropped', true, true, 1, 2), ('joined', true, true, 1, 2),
    ('former', true, false, 1, 2), ('trading', true, true, 1, 2),
    ('branch', false, false, 1, 1), ('do_not_use', false, false, 0, 1),
    ('acronym', true, true, 2, 2), ('script', true, false, 3, 2), ('renamed', true, false, 3, 1)
) as t (kind, in_erp, in_crm, strength, weight);

-- Which variations a record may carry: the share of records with a first and with a second one,
-- and the strengths that each is drawn from.
create table name_policy as
select
    p.* exclude (in_erp, first_from, first_to, second_from, second_to),
    list(k.kind order by k.kind, w.range)
        filter (k.strength between p.first_from and p.first_to) as first_kinds,
    list(k.kind order by k.kind, w.range)
        filter (k.strength between p.second_from and p.second_to) as second_kinds,
from (values
    ('crm', false, 0.30, 0.10, 0, 1, 0, 0), ('crm_weak', false, 0.35, 0.0, 0, 0, 0, 0),
    ('crm_copy', false, 0.85, 0.30, 0, 1, 0, 1), ('erp', true, 0.60, 0.30, 0, 3, 0, 1),
    ('erp_name', true, 0.80, 0.35, 0, 0, 0, 0), ('erp_fuzzy', true, 1.0, 0.35, 1, 3, 0, 1),
    ('erp_copy', true, 0.85, 0.30, 0, 1, 0, 1), ('fixed', true, 0.0, 0.35, 0, 0, 0, 0),
    ('none', true, 0.0, 0.0, 0, 0, 0, 0)
) as p (policy, in_erp, first_share, second_share, first_from, first_to, second_from, second_to)
cross join name_kind as k cross join range(6) as w
where w.range < k.weight and (p.in_erp and k.in_erp or not p.in_erp and k.in_crm)
group by all;

create or replace macro other_form(form, id) as (case form
    when 'Inc.' then choose('form2', id, ['Incorporated', 'Inc', 'INC.', 'Incorporated'])
    when 'LLC' then choose('form2', id, ['L.L.C.', 'Limited Liability Company', 'LLC.'])
    when 'Corp.' then choose('form2', id, ['Corporation', 'Corp'])
    when 'Co.' then choose('form2', id, ['Company', 'Co'])
    when 'Ltd.' then choose('form2', id, ['Limited', 'Ltd'])
    when 'Ltd' then choose('form2', id, ['Limited', 'Ltd.', 'LTD'])
    when 'Limited' then 'Ltd' when 'plc' then choose('form2', id, ['PLC', 'Public Limited Company'])
    when 'GmbH'
        then choose('form2', id, ['Gesellschaft mbH', 'G.m.b.H.', 'Ges. m. b. H.', 'GMBH'])
    when 'AG' then choose('form2', id, ['Aktiengesellschaft', 'A.G.'])
    when 'GmbH & Co. KG'
        then choose('form2', id, ['GmbH und Co. KG', 'GmbH & Co KG', 'GmbH + Co. KG'])
    when 'KG' then choose('form2', id, ['Kommanditgesellschaft', 'K.G.'])
    when 'SE' then 'Societas Europaea'
    when 'SAS' then choose('form2', id, ['S.A.S.', 'Société par actions simplifiée'])
    when 'SA' then choose('form2', id, ['S.A.', 'Société Anonyme'])
    when 'SARL' then choose('form2', id, ['S.à r.l.', 'S.A.R.L.'])
    when 'S.p.A.' then choose('form2', id, ['SpA', 'Società per Azioni'])
    when 'S.r.l.' then choose('form2', id, ['Srl', 'Società a responsabilità limitata'])
    when 'S.A.' then choose('form2', id, ['SA', 'Sociedad Anónima'])
    when 'S.L.' then choose('form2', id, ['SL', 'Sociedad Limitada'])
    when 'B.V.' then choose('form2', id, ['BV', 'Besloten Vennootschap'])
    when 'N.V.' then choose('form2', id, ['NV', 'Naamloze Vennootschap'])
    when 'K.K.' then choose('form2', id, ['KK', 'Kabushiki Kaisha', 'Co., Ltd.'])
    when 'Co., Ltd.' then choose('form2', id, ['Co Ltd', 'Company Limited', 'K.K.'])
    when 'Kabushiki Kaisha' then choose('form2', id, ['K.K.', 'KK'])
    when 'W.L.L.' then choose('form2', id, ['WLL', 'With Limited Liability'])
    when 'K.S.C.C.' then choose('form2', id, ['KSCC', 'K.S.C. (Closed)'])
    when 'FZE' then choose('form2', id, ['F.Z.E.', 'Free Zone Establishment'])
    when 'FZCO' then choose('form2', id, ['FZ-CO', 'Free Zone Company']) else form end);

create or replace macro short_word(word) as (case word
    when 'Systems' then 'Sys' when 'Controls' then 'Ctrls' when 'Manufacturing' then 'Mfg'
    when 'Process' then 'Proc' when 'Chemicals' then 'Chem' when 'Packaging' then 'Pkg'
    when 'Robotics' then 'Robtcs' when 'Logistics' then 'Log' when 'Aerospace' then 'Aero'
    when 'Engineering' then 'Eng' when 'Services' then 'Svcs' when 'Industries' then 'Ind.'
    when 'Refining' then 'Refng' when 'Energy' then 'Enrgy' when 'Brewing' then 'Brew.'
    when 'Plastics' then 'Plast' when 'Mining' then 'Mng' when 'Forestry' then 'For.'
    when 'Instruments' then 'Instr' when 'Contracting' then 'Contr.' when 'Trading' then 'Trdg'
    when 'Desalination' then 'Desal' when 'Petrochemicals' then 'Petrochem' when 'Cement' then 'Cem'
    when 'Utilities' then 'Util' when 'Treatment' then 'Trtmt' when 'Anlagenbau' then 'Anl.bau'
    when 'Maschinenbau' then 'Masch.bau' when 'Prozesstechnik' then 'Proz.technik'
    when 'Lebensmittel' then 'Lebensm.' when 'Verfahrenstechnik' then 'Verf.technik'
    when 'Wassertechnik' then 'Wassertechn.' when 'Kunststoffe' then 'Kunstst.'
    when 'Antriebstechnik' then 'Antr.technik' when 'Messtechnik' then 'Messtechn.'
    when 'Umwelttechnik' then 'Umweltt.' when 'Metallwerke' then 'Met.werke'
    when 'Agroalimentaire' then 'Agroalim.' when 'Industrias' then 'Ind.'
    when 'Impianti' then 'Imp.' when 'Seisakusho' then 'Ssk' when 'Jukogyo' then 'Jukog.'
    when 'Installaties' then 'Inst.' when 'Verpakkingen' then 'Verp.' when 'West' then 'W'
    when 'North' then 'N' when 'International' then 'Intl' when 'Aluminium' then 'Alum'
    else word end);

-- Japanese names as their own country writes them; null for a word that has no such form here
create or replace macro kanji(word) as (case word
    when 'Akiyama' then '秋山' when 'Endo' then '遠藤' when 'Fujiwara' then '藤原'
    when 'Hasegawa' then '長谷川' when 'Ishikawa' then '石川' when 'Kaneko' then '金子'
    when 'Kawamura' then '川村' when 'Matsuda' then '松田' when 'Nakagawa' then '中川'
    when 'Okada' then '岡田' when 'Saito' then '斎藤' when 'Shimizu' then '清水'
    when 'Takeda' then '武田' when 'Uchida' then '内田' when 'Watanabe' then '渡辺'
    when 'Yamaguchi' then '山口' when 'Morimoto' then '森本' when 'Hirano' then '平野'
    when 'Nishimura' then '西村' when 'Kuroda' then '黒田' when 'Seisakusho' then '製作所'
    when 'Kogyo' then '工業' when 'Kagaku' then '化学' when 'Shokuhin' then '食品'
    when 'Denki' then '電機' when 'Seiki' then '精機' when 'Jukogyo' then '重工業'
    when 'Plant' then 'プラント' when 'Seiyaku' then '製薬' when 'Keisoku' then '計測'
    when 'Doboku' then '土木' when 'Zosen' then '造船' when '&' then '・'
    when 'Osaka' then '大阪' when 'Nagoya' then '名古屋' when 'Yokohama' then '横浜'
    when 'Kitakyushu' then '北九州' end);

create or replace macro joined_words(words) as array_to_string(words, ' ');

-- a slip of the finger in the middle of the name: two letters swapped, one lost, one doubled
create or replace macro typo(s, id) as (case pick('slip', id, 3)
    when 0 then concat(left(s, 2 + pick('slipat', id, len(s) - 4)),
        substr(s, 4 + pick('slipat', id, len(s) - 4), 1),
        substr(s, 3 + pick('slipat', id, len(s) - 4), 1),
        substr(s, 5 + pick('slipat', id, len(s) - 4)))
    when 1 then concat(left(s, 2 + pick('slipat', id, len(s) - 4)),
        substr(s, 4 + pick('slipat', id, len(s) - 4)))
    else concat(left(s, 3 + pick('slipat', id, len(s) - 4)),
        substr(s, 3 + pick('slipat', id, len(s) - 4))) end);

create or replace macro and_word(country) as (case when country in ('DE', 'AT', 'CH') then ' und '
    when country = 'FR' then ' et ' when country = 'IT' then ' e ' when country = 'ES' then ' y '
    when country = 'NL' then ' en ' else ' and ' end);

create or replace macro invented_name(tag, id) as concat(
    choose(tag || '1', id, ['Alder', 'Basalt', 'Cobalt', 'Delta', 'Ember', 'Falcon', 'Granite',
        'Helix', 'Indigo', 'Juniper', 'Kestrel', 'Lattice', 'Magnet', 'Nimbus', 'Onyx', 'Pioneer',
        'Quartz', 'Raven', 'Summit', 'Titan', 'Umber', 'Vertex', 'Willow', 'Zephyr']), ' ',
    choose(tag || '2', id, ['Ridge', 'Point', 'Harbour', 'Field', 'Bridge', 'Gate', 'Stone',
        'Works', 'Peak', 'River', 'Forge', 'Star', 'Union', 'Alliance', 'Partners', 'Ventures']));

-- what a kind makes of the name without its legal form; kinds that concern the form leave it alone
create or replace macro varied_core(kind, core, words, id, city, country) as (case kind
    when 'ampersand' then replace(core, ' & ', and_word(country))
    when 'city' then concat(core, ' (', city, ')')
    when 'abbreviated' then joined_words(list_transform(words, lambda w: short_word(w)))
    when 'typo' then typo(core, id)
    when 'word_order' then case
        when contains(core, ' & ') then concat(split_part(core, ' & ', 2), ', ',
            split_part(core, ' & ', 1))
        else concat(joined_words(words[2:]), choose('order', id, [' ', ', ']), words[1]) end
    when 'word_added' then concat(core, ' ',
        choose('added', id, ['Group', 'Holding', 'International', 'Global', 'Solutions', city]))
    when 'word_dropped' then joined_words(words[:len(words) - 1])
    when 'joined'
        then concat(joined_words(words[:len(words) - 2]), case when len(words) > 2 then ' '
            else '' end, words[len(words) - 1], words[len(words)])
    when 'acronym' then array_to_string(list_transform(list_filter(words, lambda w: w <> '&'),
        lambda w: upper(left(w, 1))), '')
    when 'former' then concat(invented_name('former', id),
        choose('formerly', id, [' (formerly ', ' (f/k/a ', ' (previously ']), core, ')')
    when 'trading' then concat(invented_name('owner', id),
        choose('dba', id, [' dba ', ' t/a ', ' d/b/a ', ' trading as ']), core)
    when 'renamed' then invented_name('renamed', id)
    when 'script' then array_to_string(list_transform(words, lambda w: kanji(w)), '')
    when 'branch'
        then concat(core, choose('branch', id, [' #', ' - Branch ', ' Plant ', ' Store ']),
        lpad((1 + pick('branchno', id, 480))::varchar, choose('branchpad', id, [1, 2, 4])::integer,
            '0'))
    when 'do_not_use' then case pick('dnu', id, 3) when 0 then concat('DO NOT USE - ', core)
        when 1 then concat('ZZ ', core) else concat(core, ' (OLD)') end
    else core end);

create or replace macro varied_form(kind, form, id) as (case kind
    when 'form_spelled' then other_form(form, id) when 'no_form' then '' when 'acronym' then ''
    when 'script' then '株式会社' else form end);

create or replace macro varied_text(kind, text, core, id) as (case kind
    when 'upper' then upper(replace(text, '.', ''))
    when 'plain_letters' then strip_accents(replace(replace(replace(replace(text, 'ä', 'ae'), 'ö',
        'oe'), 'ü', 'ue'), 'ß', 'ss'))
    when 'html' then replace(replace(replace(replace(replace(replace(replace(text, '&', '&amp;'),
        '''', '&#39;'), 'ä', '&auml;'), 'ö', '&ouml;'), 'ü', '&uuml;'), 'é', '&eacute;'), 'É',
        '&Eacute;')
    when 'truncated'
        then trim(left(text, greatest(13, len(core) - 1 - pick('cut', id, 6))::integer))
    else text end);

-- the kinds that would not change this name at all
create or replace macro idle_kinds(core, words, form, country, id) as [
    case when not contains(core, ' & ') then 'ampersand' end,
    case when not regexp_matches(core, '[&''äöüéÉ]') then 'html' end,
    case when strip_accents(core) = core then 'plain_letters' end,
    case when other_form(form, id) = form then 'form_spelled' end,
    case when len(list_filter(words, lambda w: w <> '&')) < 3 then 'acronym' end,
    case when len(words) <> 3 or contains(core, ' & ') then 'word_dropped' end,
    case when len(core) < 16 then 'truncated' end,
    case when joined_words(list_transform(words, lambda w: short_word(w))) = core
        then 'abbreviated' end,
    case when country <> 'JP' or list_contains(list_transform(words,
        lambda w: kanji(w) is null), true) then 'script' end];

-- the same street as another clerk writes it
create or replace macro spelled_street(street) as
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(replace(replace(replace(street,
        'Straße', 'Str.'), 'straße', 'str.'), 'strasse', 'str.'),
        ' Pkwy$', ' Parkway'), ' Dr$', ' Drive'), ' Rd$', ' Road'), ' Blvd$', ' Boulevard'),
        ' St$', ' Street'), ' Ave$', ' Avenue'), '^(\d+) Rue ', '\1, rue '), '^Via ', 'V. '),
        '^Calle ', 'C/ ');

-- the same telephone written otherwise, another one, or none
create or replace macro other_phone(kind, phone, id) as (case kind
    when 'same' then phone
    when 'digits' then regexp_replace(phone, '[^0-9+]', '', 'g')
    when 'other' then concat(split_part(phone, ' ', 1), ' ', 100 + pick('tel1', id, 800), ' ',
        1000 + pick('tel2', id, 8999), ' ', 10 + pick('tel3', id, 90)) end);
