-- Words for names and addresses, by country.
create table country_words as
select *
from (values
    ('US', '+1', 5, ['Hollister','Brandt','Keller','Whitfield','Mercer','Oakley','Prescott','Sutton','Dalton','Ashford','Granger','Holloway','Kendrick','Lockwood','Marlow','Norwood','Pemberton','Radcliffe','Stanton','Thornton','Underhill','Vaughn','Walcott','Yardley','Abbott','Bellamy','Carver','Danforth','Ellsworth','Fairbanks','Garrison','Hathaway','Ingram','Jamison','Kirkland','Langford'],
     ['Fluid Systems','Process Controls','Manufacturing','Foods','Chemicals','Water Works','Plastics','Energy','Packaging','Brewing','Steel','Aerospace','Pharma','Paper Mills','Refining','Robotics','Logistics','Cement'],
     ['Inc.','LLC','Corp.','Co.','Inc.','LLC'], [('Houston','TX','77'),('Columbus','OH','43'),('Greenville','SC','29'),('Tulsa','OK','74'),('Reno','NV','89'),('Duluth','MN','55'),('Mobile','AL','36'),('Spokane','WA','99'),('Dayton','OH','45'),('Wichita','KS','67')],
     ['Industrial Pkwy','Commerce Dr','Mill Rd','Harbor Blvd','Foundry St','Lakeview Ave','Main St','County Road 12'],
     ['James','Mary','Robert','Linda','Michael','Susan','David','Karen','Daniel','Angela'], ['Walker','Nguyen','Harris','Lopez','Clark','Robinson','Young','Patel','Reed','Cook']),
    ('CA', '+1', 5, ['Tremblay','MacLeod','Gauthier','Fraser','Bouchard','Campbell','Ouellet','Sinclair','Lavoie','Drummond','Pelletier','Murray','Cartier','Blackwood','Deschamps','Kingsley','Rideau','Selkirk'],
     ['Forestry','Mining','Process Controls','Foods','Energy','Water','Packaging','Aluminium','Marine'], ['Ltd.','Inc.','Corp.'],
     [('Hamilton','ON','L8P'),('Calgary','AB','T2P'),('Laval','QC','H7N'),('Burnaby','BC','V5H')], ['Queen St W','Bay St','Rue Principale','Industrial Ave'],
     ['Liam','Olivia','Jean','Sophie','Owen','Claire'], ['Roy','Smith','Gagnon','Brown','Wilson','Singh']),
    ('GB', '+44', 6, ['Ashworth','Barrow','Clifton','Dunstan','Eastwick','Fenwick','Hargreaves','Ibbotson','Jessop','Kettering','Lytton','Moorcroft','Oldham','Penrose','Ramsbottom','Stirling','Tadcaster','Wetherby'],
     ['Engineering','Brewery','Water','Chemicals','Textiles','Marine','Foods','Instruments','Aerospace'], ['Ltd','plc','Limited'],
     [('Leeds','West Yorkshire','LS1 4'),('Bristol','','BS2 0'),('Aberdeen','','AB11 5'),('Derby','Derbyshire','DE1 2')], ['Canal Road','Station Approach','Kingsway','Victoria Street'],
     ['Oliver','Amelia','Harry','Isla','George','Emily'], ['Evans','Thomas','Hughes','Shah','Turner','Baker']),
    ('DE', '+49', 5, ['Albrecht','Baumgartner','Dietrich','Eberhardt','Falkner','Gerlach','Hofmeister','Jahnke','Kessler','Lindner','Metzger','Niemann','Ostermann','Pohlmann','Reinhardt','Schaefer','Tillmann','Uhlmann','Vogel','Wagenknecht','Zeller','Brinkmann','Drexler','Engelhardt','Friedrichs','Grossmann','Hartwig','Kaltenbach'],
     ['Anlagenbau','Maschinenbau','Chemie','Prozesstechnik','Lebensmittel','Papierwerke','Stahlbau','Verfahrenstechnik','Wassertechnik','Kunststoffe','Brauerei','Pharma','Antriebstechnik','Messtechnik'],
     ['GmbH','AG','GmbH & Co. KG','KG','SE'], [('Stuttgart','BW','70'),('Bielefeld','NW','33'),('Kassel','HE','34'),('Nürnberg','BY','90'),('Leverkusen','NW','51'),('Chemnitz','SN','09'),('Bremen','HB','28')],
     ['Industriestraße','Am Hafen','Gewerbepark','Bahnhofstraße','Lindenallee','Werkstraße'], ['Thomas','Sabine','Jürgen','Katrin','Lukas','Anke'], ['Müller','Schmidt','Fischer','Becker','Hoffmann','Krüger']),
    ('AT', '+43', 4, ['Hofer','Gruber','Leitner','Steiner','Moser','Eder','Pichler','Brandstätter','Aigner','Lechner'], ['Anlagenbau','Brauerei','Umwelttechnik','Papier','Metallwerke','Chemie'], ['GmbH','AG','KG'],
     [('Linz','','40'),('Graz','','80'),('Wels','','46')], ['Hauptstraße','Industriezeile','Donaulände'], ['Stefan','Eva','Markus','Lena'], ['Huber','Bauer','Wimmer','Fuchs']),
    ('CH', '+41', 4, ['Ammann','Bürgi','Christen','Egger','Frei','Graf','Hürlimann','Iten','Koller','Lüthi'], ['Pharma','Präzision','Technik','Chemie','Nahrungsmittel','Energie'], ['AG','SA','GmbH'],
     [('Winterthur','ZH','84'),('Basel','BS','40'),('Zug','ZG','63')], ['Industriestrasse','Bahnhofplatz','Seestrasse'], ['Urs','Regula','Beat','Nadine'], ['Meier','Keller','Weber','Schmid']),
    ('FR', '+33', 5, ['Arnaud','Beaumont','Chevalier','Delacroix','Fontaine','Garnier','Lemoine','Marchand','Perrin','Rousseau','Tessier','Vasseur','Blanchard','Carpentier'], ['Industries','Chimie','Agroalimentaire','Papeteries','Énergie','Eaux','Métallurgie','Plastiques'], ['SAS','SA','SARL'],
     [('Lyon','','690'),('Nantes','','440'),('Lille','','590'),('Grenoble','','380')], ['Rue de l''Industrie','Avenue Foch','Quai des Docks','Rue Pasteur'], ['Luc','Camille','Hugo','Manon'], ['Martin','Petit','Moreau','Girard']),
    ('IT', '+39', 5, ['Bianchi','Colombo','De Luca','Ferrari','Galli','Lombardi','Moretti','Pellegrini','Rinaldi','Santoro'], ['Impianti','Alimentari','Chimica','Meccanica','Cartiere','Acciai'], ['S.p.A.','S.r.l.'],
     [('Brescia','BS','251'),('Modena','MO','411'),('Torino','TO','101')], ['Via dell''Industria','Via Garibaldi','Viale Europa'], ['Marco','Giulia','Paolo','Chiara'], ['Ricci','Marino','Greco','Conti']),
    ('ES', '+34', 5, ['Aguirre','Benítez','Castellano','Domínguez','Echeverría','Fuentes','Ibáñez','Navarro','Ortega','Salazar'], ['Industrias','Químicas','Alimentación','Aguas','Papelera','Metalúrgica'], ['S.A.','S.L.'],
     [('Zaragoza','','500'),('Bilbao','','480'),('Valencia','','460')], ['Calle Mayor','Polígono Industrial Norte','Avenida del Puerto'], ['Javier','Lucía','Pablo','Marta'], ['García','Ruiz','Vega','Molina']),
    ('NL', '+31', 4, ['Van Dijk','De Boer','Hoekstra','Jansen','Kuiper','Van Leeuwen','Mulder','Postma','De Ruiter','Veenstra'], ['Zuivel','Chemie','Installaties','Scheepsbouw','Waterbeheer','Verpakkingen'], ['B.V.','N.V.'],
     [('Eindhoven','','56'),('Zwolle','','80'),('Dordrecht','','33')], ['Havenweg','Industrieweg','Stationsplein'], ['Daan','Emma','Sem','Sanne'], ['Bakker','Visser','Smit','Meijer']),
    ('JP', '+81', 7, ['Akiyama','Endo','Fujiwara','Hasegawa','Ishikawa','Kaneko','Kawamura','Matsuda','Nakagawa','Okada','Saito','Shimizu','Takeda','Uchida','Watanabe','Yamaguchi','Morimoto','Hirano','Nishimura','Kuroda'],
     ['Seisakusho','Kogyo','Kagaku','Shokuhin','Denki','Seiki','Jukogyo','Plant','Seiyaku','Keisoku','Doboku','Zosen'], ['K.K.','Co., Ltd.','Kabushiki Kaisha'],
     [('Osaka','Osaka-fu','530-00'),('Nagoya','Aichi-ken','450-00'),('Yokohama','Kanagawa-ken','220-00'),('Kitakyushu','Fukuoka-ken','802-00')], ['Honmachi','Sakae','Minato Mirai','Chuo'], ['Haruto','Yui','Kenji','Aoi'], ['Sato','Suzuki','Tanaka','Ito']),
    ('KW', '+965', 5, ['Al Rashid','Al Mutairi','Al Sabah Trading','Gulf Crest','Burgan','Al Ahmadi','Failaka','Desert Rose','Al Wazzan','Boubyan','Kazma','Jahra'], ['Petrochemicals','Desalination','Contracting','Cement','Oilfield Services','Foods','Utilities','Marine Services'], ['W.L.L.','K.S.C.C.'],
     [('Shuwaikh','Al Asimah','70'),('Ahmadi','Al Ahmadi','61'),('Shuaiba','Al Ahmadi','65')], ['Block 4, Street 12','Canada Dry Street','Port Road'], ['Yousef','Noura','Khaled','Fatma'], ['Al Enezi','Al Azmi','Hussain','Behbehani']),
    ('AE', '+971', 5, ['Emirates Falcon','Al Noor','Palm Coast','Jebel Ali','Al Maktab','Liwa','Oryx','Pearl Gate','Al Barsha','Ghaf'], ['Engineering','Water Treatment','Aluminium','Contracting','Food Industries','Energy','Port Services'], ['LLC','FZE','FZCO'],
     [('Dubai','Dubai','00000'),('Abu Dhabi','Abu Dhabi','00000'),('Sharjah','Sharjah','00000')], ['Al Quoz Industrial 3','Mussafah M-17','Sheikh Zayed Road'], ['Omar','Layla','Saeed','Mariam'], ['Al Suwaidi','Khan','Al Hashimi','Rahman'])
) as t (country, dial, postal_digits, surnames, sectors, forms, cities, streets, first_names, last_names);

create table country_name as
select * from (values
    ('US', 'United States', 'USA'), ('CA', 'Canada', 'Canada'), ('GB', 'United Kingdom', 'UK'), ('DE', 'Germany', 'Deutschland'),
    ('AT', 'Austria', 'Austria'), ('CH', 'Switzerland', 'Switzerland'), ('FR', 'France', 'France'), ('IT', 'Italy', 'Italy'),
    ('ES', 'Spain', 'Spain'), ('NL', 'Netherlands', 'The Netherlands'), ('JP', 'Japan', 'Japan'), ('KW', 'Kuwait', 'Kuwait'),
    ('AE', 'United Arab Emirates', 'UAE')
) as t (country, long_name, other_name);
