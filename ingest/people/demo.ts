import type { PeopleMessage } from '../../schema/people/messages.ts';

const persons =
  `Ada Lindqvist, Bruno Okafor, Chiara Moretti, Dmitri Halloran, Élodie Marchand, Farid Benyamin, Greta Sandoval, Hugo Lindemann,
  Ingrid Castellane, Jonas Abernathy, Keiko Tanabe, Lucía Ferrán, Mateo Brandt, Nadia Volkov, Oskar Lindgren, Priya Raman,
  Quentin Ashworth, Rosa Delgado, Søren Kjær, Tomasz Wieczorek, Ulla Bergström, Viktor Nagy, Wanda Osei, Xavier Pons,
  Yara Haddad, Zoltán Kis, Amina Diallo, Benedikt Vogel, Clara Whitmore, Daniel Ekström, Esra Yıldız, Felix Rousseau,
  Gabriela Nunes, Henrik Solberg, Isla McKenna, Jakub Novák, Katarina Blind, Leon Papadakis, Maren Thorsen, Noor van Dijk`
    .split(',')
    .map((name) => name.trim());

const companies =
  `Northwind Systems, Harbor Analytics, Lumen Robotics, Cedar & Stone, Bluefin Logistics, Polar Foods, Quarry Software, Meridian Rail,
  Saltmarsh Energy, Copper Kettle Brewing, Atlas Instruments, Fjord Textiles, Orchard Health, Signal Peak Media, Tidewater Bank,
  Vireo Sensors, Granite Insurance, Willow Games, Beacon Mobility, Juniper Labs, Kestrel Air, Lantern Books, Mosaic Foods, Nimbus Hosting`
    .split(',')
    .map((name) => name.trim());

const titles = [
  'Engineer',
  'Senior Engineer',
  'Analyst',
  'Product Manager',
  'Designer',
  'Head of Sales',
  'Controller',
  'Researcher',
];

const firstPerson = 1001;
const firstCompany = 2001;

/** The same small world every time: who is in it, who worked where, and who bought whom. Some people also worked twice at one company. */
export function peopleDemo(): PeopleMessage[] {
  return [...companyMessages(), ...personMessages(), ...acquisitionMessages(), ...stints()];
}

function personMessages(): PeopleMessage[] {
  return persons.map((name, at) => ({ type: 'Person', data: { person_id: firstPerson + at, name } }));
}

function companyMessages(): PeopleMessage[] {
  return companies.map((company_name, at) => {
    const headcount = at === 19 ? null : 12 + ((at * 7919) % 4800);
    return { type: 'Company', data: { company_id: firstCompany + at, company_name, headcount } };
  });
}

function acquisitionMessages(): PeopleMessage[] {
  const pairs: [number, number, boolean][] = [
    [2001, 2002, false],
    [2002, 2003, false],
    [2001, 2007, true],
    [2006, 2023, true],
    [2015, 2017, false],
    [2003, 2016, true],
    [2008, 2019, false],
    [2014, 2018, true],
  ];
  return pairs.map(([parent_company_id, acquired_company_id, merged_into_parent_company]) => ({
    type: 'CompanyAcquisition',
    data: { parent_company_id, acquired_company_id, merged_into_parent_company },
  }));
}

type Stint = [person: number, company: number, title: string, start: string | null, end: string | null];

function stints(): PeopleMessage[] {
  const told: Stint[] = [
    [1001, 2002, 'Analyst', '2012-03-01', '2015-06-30'],
    [1001, 2002, 'Lead Analyst', '2015-07-01', '2018-01-31'],
    [1001, 2001, 'Chief Technology Officer', '2018-02-01', null],
    [1002, 2001, 'Product Manager', '2014-09-01', '2019-12-31'],
    [1002, 2003, 'Head of Product', '2020-01-15', null],
    [1003, 2002, 'Data Engineer', '2016-01-01', '2018-12-31'],
    [1003, 2001, 'Principal Engineer', '2019-01-01', null],
    [1004, 2001, 'Board Member', null, null],
  ];
  return [...told, ...invented()].map(([person_id, company_id, employment_title, start, end]) => ({
    type: 'PersonEmployment',
    data: { company_id, person_id, employment_title, start_date: midnight(start), end_date: midnight(end) },
  }));
}

/** One to three stints, one after the other, for everybody the story above does not follow. */
function* invented(): Generator<Stint> {
  for (let person = 1004; person < firstPerson + persons.length; person++) {
    let year = 2005 + (person % 9);
    const count = 1 + (person % 3);
    for (let stint = 1; stint <= count; stint++) {
      const company = firstCompany + ((person * 5 + stint * 11) % companies.length);
      const years = 2 + ((person + stint) % 4);
      const open = stint === count && person % 4 !== 0;
      yield [
        person,
        company,
        titles[(person + stint) % titles.length]!,
        `${year}-04-01`,
        open ? null : `${year + years}-03-31`,
      ];
      year += years;
    }
  }
}

function midnight(day: string | null): string | null {
  return day && `${day} 00:00:00`;
}
