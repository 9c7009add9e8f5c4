{#-
  A company name reduced to its characters: lower case Latin letters and digits, one blank between
  words. What a word means (legal form, trade, place) is not known here but in the seed name_word.
  - letters: no accents; Cyrillic and Greek in Latin letters; full-width as half-width; Chinese,
    Japanese, Korean, Thai, Arabic and Hebrew letters stay, their legal forms become "kk", "ltd" ...
  - HTML entities are decoded; apostrophes vanish ("o'reilly" is "oreilly"); so do dots and slashes
    between single letters ("s.a." is "sa", "a/s" is "as", but "c/o" stays); "&" and "+" are "and"
  - marks of the state of incorporation, as registers add them ("/DE/", "\TX\", "/NEW/"), vanish
  - parentheses, commas and slashes ("\" is "/") stay for the caller, other signs become a blank
  Names of plain ASCII, which most are, pass by all that is about other letters.
-#}
{% macro company_name_text(expression) -%}
    {%- set raw = "(" ~ expression ~ ")" -%}
    {#- The cheapest way that is enough: most names are plain ASCII, most others Latin. -#}
    {%- set signs = "\\x{2000}-\\x{206F}\\x{2116}\\x{2122}" -%}
    {%- set beyond_latin = "[^\\x{0000}-\\x{024F}" ~ signs ~ "]|&#" -%}
    {%- set beyond_cyrillic = "[^\\x{0000}-\\x{02FF}\\x{0370}-\\x{052F}" ~ signs ~ "]|&#" -%}
    {%- set decoded = "lower(" ~ decoded_entities(raw) ~ ")" -%}
    {%- set latin -%}
        case
            when not {{ regexp_matches(raw, "[^ -~]|&#?[a-zA-Z0-9]+;") }}
                then lower({{ raw }})
            when not {{ regexp_matches(raw, beyond_latin) }}
                then {{ latin_letters(decoded) }}
            when not {{ regexp_matches(raw, beyond_cyrillic) }}
                then {{ latin_letters(latin_from_cyrillic_and_greek(decoded)) }}
            {#- Marks of Asian letters are sounds, not accents; they stay. -#}
            when {{ regexp_matches(
                raw, "[\\x{0900}-\\x{0E7F}\\x{3040}-\\x{30FF}\\x{4E00}-\\x{9FFF}"
                ~ "\\x{AC00}-\\x{D7AF}\\x{FF66}-\\x{FF9F}]"
            ) }} and not {{ regexp_matches(
                raw, "[\\x{00C0}-\\x{0530}\\x{1E00}-\\x{1FFF}]|&[#a-zA-Z0-9]+;"
            ) }}
                then {{ latin_legal_forms(half_width(raw)) }}
            else {{ latin_letters(latin_from_cyrillic_and_greek(latin_legal_forms(
                half_width(decoded_entities(raw))
            ))) }}
        end
    {%- endset -%}
    {%- set plain = "replace(replace(replace(" ~ latin ~ ", chr(92), '/'), '''', ''), '`', '')" -%}
    {#- Closed marks anywhere; at the end any two letters after a slash ("/MN", "/NV"). -#}
    {%- set unmarked = regexp_replace_all(
        plain,
        "/ ?(a[klrz]|c[aot]|d[ec]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|p[ar]"
        ~ "|ri|s[cd]|t[anx]|ut|v[ait]|w[aivy]|new|adr|ads|adv|bd|can|fi|uk|old) ?/"
        ~ "|/ ?([a-z][a-z]|new|adr) ?$",
        " "
    ) -%}
    {%- set slashes = regexp_replace_all(
        regexp_replace_all(unmarked, "\\b([a-z])/([a-z])/([a-z])\\b", "\\1\\2\\3"),
        "\\b([abd-z])/([a-z])\\b", "\\1\\2"
    ) -%}
    {%- set dots = regexp_replace_all(
        regexp_replace_all(slashes, "\\b([a-z])[.]([a-z][a-z])", "\\1 \\2"),
        "\\b([a-z])[.]", "\\1"
    ) -%}
    {%- set words = regexp_replace_all(
        "replace(replace(" ~ dots ~ ", '&', ' and '), '+', ' and ')",
        "[^\\p{L}\\p{M}\\p{N}(),/]+", " "
    ) -%}
    {#- Forms of several words that say something else one by one: Polish, Vietnamese, Turkish. -#}
    {%- set polish = regexp_replace_all(
        regexp_replace_all(words, "\\bsp z ?o ?o\\b", "spzoo"), "\\bsp ([kj])\\b", "sp\\1"
    ) -%}
    {%- set forms = regexp_replace_all(
        regexp_replace_all(polish, "\\bcong ty( co phan)?\\b", "cty"),
        "\\bsan (ve )?tic\\b", "sanayi ve ticaret"
    ) -%}
    nullif(trim({{ forms }}), '')
{%- endmacro %}

{#- HTML entities as the characters they stand for; what no name needs becomes a blank. -#}
{% macro decoded_entities(expression) -%}
    {%- set single = "replace(replace(lower(" ~ expression ~ "), '&amp;', '&'), '&amp;', '&')" -%}
    {#- Accents are dropped later anyway, so that &eacute; may be an "e" at once. -#}
    {%- set letters = regexp_replace_all(
        numeric_entities(single),
        "&([a-z])(acute|breve|caron|cedil|circ|dblac|dot|grave|macr|nodot|ogon|ring|slash|strok"
        ~ "|tilde|uml);",
        "\\1"
    ) -%}
    {%- set named = replaced_in_turn(letters, [
        ('&szlig;', 'ss'), ('&aelig;', 'ae'), ('&oelig;', 'oe'), ('&thorn;', 'th'), ('&eth;', 'd'),
        ('&imath;', 'i'), ('&apos;', ''), ('&rsquo;', ''), ('&lsquo;', ''), ('&prime;', ''),
        ('&lpar;', '('), ('&rpar;', ')'), ('&comma;', ','), ('&sol;', '/'), ('&plus;', '+'),
    ]) -%}
    case
        when {{ regexp_matches(expression, "&#?[a-zA-Z0-9]+;") }}
            then {{ regexp_replace_all(named, "&(#[a-z0-9]+|[a-z][a-z0-9]+);", " ") }}
        else {{ expression }}
    end
{%- endmacro %}

{#- Numbered HTML entities ("&#233;", "&#xe9;") as characters; impossible numbers as a blank. -#}
{% macro numeric_entities(expression) -%}
    {{ return(adapter.dispatch('numeric_entities', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__numeric_entities(expression) -%}
    {{ replaced_in_turn(expression, [
        ('&#38;', '&'), ('&#038;', '&'), ('&#39;', ''), ('&#039;', ''), ('&#x27;', ''),
        ('&#8216;', ''), ('&#8217;', ''), ('&#x2019;', ''),
    ]) }}
{%- endmacro %}
{% macro duckdb__numeric_entities(expression) -%}
    list_reduce(
        list_concat(
            [{{ expression }}],
            regexp_extract_all({{ expression }}, '&#(?:[0-9]{1,7}|x[0-9a-f]{1,6});')
        ),
        lambda decoded, entity: replace(
            decoded, entity,
            case
                when try_cast(replace(entity[3:-2], 'x', '0x') as integer) between 32 and 55295
                    then chr(try_cast(replace(entity[3:-2], 'x', '0x') as integer))
                else ' '
            end
        )
    )
{%- endmacro %}

{#- Replace texts one after the other: a list of (text, replacement). -#}
{% macro replaced_in_turn(expression, pairs) -%}
    {%- for pair in pairs %}replace({% endfor -%}
    {{ expression }}
    {%- for text, replacement in pairs -%}
        , '{{ text | replace("'", "''") }}', '{{ replacement }}')
    {%- endfor -%}
{%- endmacro %}

{#- Characters one by one: those of `letters` become those of `latin`, those beyond it vanish. -#}
{% macro replaced_letters(expression, letters, latin) -%}
    translate({{ expression }}, '{{ letters | replace("'", "''") }}', '{{ latin }}')
{%- endmacro %}

{#- Lower case text without accents or ligatures, and without apostrophes or hidden signs. -#}
{% macro latin_letters(expression) -%}
    {%- set ligatures = replaced_in_turn(expression, [
        ('№', ' no '), ('ß', 'ss'), ('æ', 'ae'), ('œ', 'oe'), ('þ', 'th'), ('ĳ', 'ij'),
        ('ﬁ', 'fi'), ('ﬂ', 'fl'),
    ]) -%}
    {{ strip_accents(replaced_letters(
        ligatures,
        "øłđðħŧŋıəŀſɛɔƒ" ~ "‘’‚‛ʼʻʹ′´\u00ad\u200b\u200c\u200d\u2060\ufeff",
        "olddhtnialseof"
    )) }}
{%- endmacro %}

{#-
  Lower case Cyrillic and Greek in Latin letters, Russian as most companies write themselves abroad
  ("щ" is "shch", a final "ий" is "y", "кс" is "x").
-#}
{% macro latin_from_cyrillic_and_greek(expression) -%}
    {%- set stock_companies = regexp_replace_all(
        expression,
        "((публичное|непубличное|закрытое|открытое) )?акционерное общество"
        ~ "|((публічне|приватне|відкрите) )?акціонерне товариство",
        " jsc "
    ) -%}
    {%- set limited_companies = regexp_replace_all(
        stock_companies,
        "общество с ограниченной ответственностью|товариство з обмеженою відповідальністю"
        ~ "|товарищество с ограниченной ответственностью",
        " ooo "
    ) -%}
    {#- "АО" in Latin letters would be the initials of a founder ("A.O. Smith"). -#}
    {%- set forms = regexp_replace_all(
        limited_companies,
        "(^|[^\\p{L}\\p{N}])(а[.]?о[.]?|а[.]?т[.]?|ақ|нао|пат|прат)([^\\p{L}\\p{N}.]|$)",
        "\\1 jsc \\3"
    ) -%}
    {%- set greek_forms = regexp_replace_all(
        forms, "αν[ώω]νυμ(η|ος) εταιρ(εία|εια|ία|ια)", " ae "
    ) -%}
    {%- set endings = regexp_replace_all(greek_forms, "[иы]й([^\\p{L}]|$)", "y\\1") -%}
    {%- set sounds = replaced_in_turn(endings, [
        ('кс', 'x'), ('ж', 'zh'), ('х', 'kh'), ('ц', 'ts'), ('ч', 'ch'), ('ш', 'sh'),
        ('щ', 'shch'), ('ю', 'yu'), ('я', 'ya'), ('љ', 'lj'), ('њ', 'nj'), ('џ', 'dz'), ('ђ', 'dj'),
        ('ου', 'ou'), ('ού', 'ou'), ('γγ', 'ng'), ('αυ', 'av'), ('αύ', 'av'), ('ευ', 'ev'),
        ('εύ', 'ev'), ('θ', 'th'), ('χ', 'ch'), ('ψ', 'ps'),
    ]) -%}
    {{ replaced_letters(
        sounds,
        "абвгґдеёєзиіїйклмнопрстуўфыэәғқңөұүһѓѕќјћ" ~ "αάβγδεέζηήιίϊΐκλμνξοόπρσςτυύϋΰφωώ" ~ "ъь",
        "abvggdeeeziiiiklmnoprstuufyeagknouuhgdkjc" ~ "aavgdeeziiiiiiklmnxooprsstyyyyfoo"
    ) }}
{%- endmacro %}

{#-
  Full-width Latin letters and signs as plain ones, half-width kana as full ones, in lower case. The
  marks of half-width kana are characters of their own, which composing joins to them.
-#}
{% macro half_width(expression) -%}
    {%- set widths = replaced_letters(
        expression,
        "！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠"
        ~ "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀"
        ~ "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～　"
        ~ "ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
        "!\"#$%&''()*+,-./0123456789:;<=>?@"
        ~ "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ "
        ~ "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a"
    ) -%}
    {{ composed_letters("lower(" ~ widths ~ ")") }}
{%- endmacro %}

{#- Letters and their marks as one character each. -#}
{% macro composed_letters(expression) -%}
    {{ return(adapter.dispatch('composed_letters', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__composed_letters(expression) -%}
    {{ expression }}
{%- endmacro %}
{% macro duckdb__composed_letters(expression) -%}
    nfc_normalize({{ expression }})
{%- endmacro %}

{#-
  Legal forms in scripts that keep their letters as Latin words of the seed name_word, longer ones
  first; spellings of one Arabic letter as one, digits as 0 to 9.
-#}
{% macro latin_legal_forms(expression) -%}
    {%- set forms = replaced_in_turn(expression, [
        ('株式会社', ' kk '), ('株式會社', ' kk '), ('(株)', ' kk '), ('㈱', ' kk '), ('㊑', ' kk '),
        ('有限会社', ' yk '), ('(有)', ' yk '), ('㈲', ' yk '), ('合同会社', ' godo '), ('(同)', ' godo '),
        ('合資会社', ' lp '), ('合名会社', ' lp '), ('相互会社', ' mutual '),
        ('財団法人', ' foundation '),
        ('社団法人', ' association '), ('グループ', ' group '), ('ホールディングス', ' holding '),
        ('股份有限公司', ' ltd '), ('有限责任公司', ' ltd '), ('有限責任公司', ' ltd '),
        ('有限公司', ' ltd '), ('分公司', ' branch '), ('公司', ' co '), ('集团', ' group '),
        ('集團', ' group '), ('控股', ' holding '),
        ('주식회사', ' co '), ('(주)', ' co '), ('㈜', ' co '), ('유한책임회사', ' llc '),
        ('유한회사', ' ltd '), ('(유)', ' ltd '), ('재단법인', ' foundation '),
        ('사단법인', ' association '), ('그룹', ' group '), ('홀딩스', ' holding '),
        ('ห้างหุ้นส่วนจำกัด', ' lp '), ('บริษัท', ' co '), ('(มหาชน)', ' pcl '), ('มหาชน', ' pcl '),
        ('จำกัด', ' ltd '),
        ('ذات مسؤولية محدودة', ' llc '), ('ذات المسؤولية المحدودة', ' llc '), ('ش.ذ.م.م', ' llc '),
        ('ذ.م.م', ' llc '), ('ش.م.ع', ' jsc '), ('ش.م.ك', ' ksc '), ('ش.م.ب', ' bsc '),
        ('ش.م.م', ' sae '),
        ('ش.م.ل', ' sal '), ('مساهمة', ' jsc '), ('المحدودة', ' ltd '), ('محدودة', ' ltd '),
        ('الشركة', ' co '), ('شركة', ' co '), ('مجموعة', ' group '), ('القابضة', ' holding '),
        ('בע"מ', ' ltd '), ('בע״מ', ' ltd '), ("בע''מ", ' ltd '), ('בע מ', ' ltd '),
    ]) -%}
    {{ replaced_letters(
        forms, "أإآىةکی٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹" ~ "׳״՚ꞌـ", "اااي" ~ "هكي01234567890123456789"
    ) }}
{%- endmacro %}

{#-
  The label of a web domain that names its owner: "walmart" of "stock.walmart.com", "bbc" of
  "www.bbc.co.uk"; null where there is no domain. Hosts that many share are the caller's matter.
-#}
{% macro domain_label(expression) -%}
    {{ regexp_group(
        web_domain(expression),
        "([a-z0-9-]+)[.](?:"
        ~ "(?:ac|co|com|edu|gob|gouv|gov|mil|net|org)[.][a-z]{2}"
        ~ "|(?:ad|ed|go|gr|lg|ne|or)[.]jp|(?:go|ne|or|pe|re)[.]kr|(?:go|in|mi|or)[.]th"
        ~ "|(?:ltd|me|nhs|plc|police|sch)[.]uk|(?:asn|id)[.]au|(?:geek|govt|iwi|maori|school)[.]nz"
        ~ "|(?:firm|gen|ind|nic|res)[.]in|(?:go|or|sch|web)[.]id|(?:k12|muni)[.]il|(?:gv|or)[.]at"
        ~ "|(?:asso|nom|tm)[.]fr|(?:bel|biz|gen|info|k12|web)[.]tr|(?:in|kiev|kyiv|lviv|pp)[.]ua"
        ~ "|(?:msk|spb)[.]ru|(?:gc|on|qc)[.]ca|(?:idv)[.]tw|(?:law|nom|web)[.]za|(?:nom)[.][a-z]{2}"
        ~ "|(?:adv|art|eco|eng|ind|inf|jus|leg|med|srv|tur)[.]br|(?:go|or|sc|ne)[.](?:ke|tz|ug)"
        ~ "|[a-z]{2,}|xn--[a-z0-9-]+)$"
    ) }}
{%- endmacro %}
