import { Postings } from './postings.ts';
import { hashOf } from './spelling.ts';

/**
 * Whether a word is one that menus are full of, so that it stands for itself and is no misspelling of a brand: a word of
 * the list below with any of the usual endings, a single letter, or a number.
 */
export function isOrdinary(letters: Uint16Array, from: number, to: number, hash: number): boolean {
  if (to - from === 1) return true;
  const block = byHash.find(hash);
  for (let index = 0; index < byHash.count(block); index++)
    if (spells(forms[byHash.value(block, index)]!, letters, from, to)) return true;
  for (let letter = from; letter < to; letter++) if (letters[letter]! < 0x30 || letters[letter]! > 0x39) return false;
  return true;
}

function spells(word: string, letters: Uint16Array, from: number, to: number): boolean {
  if (word.length !== to - from) return false;
  for (let letter = 0; letter < word.length; letter++)
    if (word.charCodeAt(letter) !== letters[from + letter]) return false;
  return true;
}

/** Grill, grills, grilled; spice, spiced, spicy; berry, berries; chop, chopped. */
function formsOf(word: string): string[] {
  const last = word.at(-1)!;
  const stem = last === 'e' ? word.slice(0, -1) : last === 'y' ? `${word.slice(0, -1)}i` : undefined;
  return [
    ...['', ...endings].map((ending) => word + ending),
    ...(stem ? endings.map((ending) => stem + ending) : []),
    ...endings.map((ending) => word + last + ending),
  ];
}

const endings = ['s', 'es', 'd', 'ed', 'r', 'er', 'y', 'ly', 'ing', 'est', 'ness', 'ful', 'ish'];

/** The words, in their plain letters. */
const list = `
a about above across add after again against age ago all almost alone along already also although always am among an and
another any anyone anything around as ask at away back bad base be bear beat became because become been before began begin
behind being believe below best better between beyond big bit bite blend blow board body book born borough both bottle bottom
bought boulevard bow bowl box boy branch break bridge bright bring broad broken brother brought build burst business busy but
button buy by call came can candle care carry case catch cattle caught center central centre century certain chain chair chance
change charge chat check chief child children choice choose church circle citizen city civil claim class classic clean clear
clever climb clock close cloud club coach coast coat collect color colour combine come comfort common company complete complex
condition consider contain content continue cook corner cost could count country county couple course court cover craft create
creation cross crowd crown cup cure current cut daily dance danger dare dark date daughter day days deal dear decade deck deep
deliver delight depth describe desert design desire detail develop did die differ different dine dinner direct discard discover
dish do does dog done door double down dozen draw dream dress drink drive drop dry due during dust each eagle ear early earth ease
east easy eat edge effect effort eight either element else empty end energy enjoy enough enter entire especially estate even
event ever every everyone everything exact example excellent except exotic expect experience explore express extra extract
extreme eye face fact fade fair falcon fall fame family famous fancy far farm fashion fast father favorite favourite feast
feature feel feet fellow felt few field fill final find fine finger finish fire first fish fit five flag flat flow flower
fly follow fond food foot for force forest form fort fortune forward found four fox frame free fresh friend from front full
fun game garden gate gather gave general generation generous gentle get ghost giant gift girl give glass go gold golden gone good
grace grade grain gram grand grant grass great green grey gray group grow guest guide hair half hall hand hang happen happy
harbour harbor hard hare hat have head health hear heart heat heath heavy held help her here heritage hero hidden hide high hill
him his history hit hold hole holiday home honest honor honour hope horse host hot hotel hour house how huge human hundred hunt
ice idea if imagine important imported in include indeed individual inspire instead intense interest into invite iron is island
it its jack join journey joy judge jump just keep kept key kick kid kind king kitchen knew knife knight know label lack lady
laid lake land lane large larger last late laugh layer lead leaf leave left legend length less let letter level life lift light
like limit line link lion list little live local locate lodge long look lord lost lot love low lower luck lunch luxury made
magic main maker make man manor many map march mark market marry marvel mascot master match matter may me meal mean measure meet
melody member memory men menu met metal middle might mile mill million mind mine minister minute mirror miss mission mix mixture
model modern moment monarch monk monster month mood moon more morning most mother motion mount mountain mouth move movement much
mud museum music must my name narrow nation native natural nature near neat need neighbour never new next nice night nine no
noble nobody noise none north nose not note nothing notice now number oak object ocean of off offer office often old on once
one only open option or order ordinary organic origin original other ought our out outside over own owner pack page pair palace
pale palm paper parade park part partner party pass passion past path patio patron pattern peace pearl people perfect perfume
perhaps period person phone piano pick picture piece pier pinnacle pine pioneer pipe pirate place plain plan plant plate play
please pleasure plenty point polish pool poor popular port portion possible post pot pound power prairie premium prepare
present president press prestige pretty price pride prime prince princess print private prize problem produce product promise
proper property proud prove provide pub public pull pure purple push put quality quarter queen question quick quiet quite race
rail rain raise ran range rare rate rather reach read ready real reason recall receive recipe record red refine refresh region
regular rely remain remember rest result return reveal rich ride right ring rise river road rock roof room root rose rough round
route royal rule run rush sad safe said sail sailor salute same sand satisfy save saw say scene school science sea search season
seat second secret section see seek seem select self sell send senior sense sent separate series serious serve service set settle
seven several sextant shade shadow shake shape share sharp she sheep sheet shell shine ship shoe shop shore short shot should
shoulder show side sight sign signature silence silk silver similar simple since sing single sister sit site six size skill skin sky
sleep slight slip slow small smell smile smith smoke smooth snake snow so social soft soil solid some someone something son song
soon sort soul sound source south space spark speak special specific speed spend spirit spit spot spread spring square staff stage
stair stand standard star start state station stay steal steam steel stellar step stick still stone stop store story strange
stream street strength stretch strike string strong structure student studio study style subject subtle succeed success such
sudden suit summer sun sunday sure surface surprise surround sweep swing system table tail take tale talent talk tall team tell
temple ten tend tender term terrace test texture than thank that the theatre their them then there these they thick thin thing
think third this those though thought thousand thread three through throughout throw tie tiger till time tiny tip title to today
together told tomorrow ton tone tonight too took tool top total touch toward tower town track trade tradition traditional trail
train traveller traveler travel treasure treat tree trip triumph true trust truth try tune turkey turn ultimate twelve twenty twice twin twist
two type under unique unit unite until up upon upper us use usual valley value variation variety various vary vast venture verse very
victory view village villa vintage vision visit voice wait wake walk wall wander want war warm warn was wash watch water wave way
we wear weather week weekend weight welcome well went were west what wheel when where whether which while whisper white who whole
why wide wife wild will win wind windmill window wing winner winter wire wise wish with within without woman women wonder wood word
work world worth would write wrong yard year yellow yes yesterday yet you young your youth zest zone

absinthe abundant abundance accent accessible accompany acid acidity adult aftertaste aged ageing aging ale almond aloe amaretto
amber anchovy anchor angel angelica angle anise aniseed antipasti antipasto aperitif appetite appetizer apple apricot aroma
aromatic artichoke artisan arugula asparagus assorted aubergine authentic autumn avocado bacon bagel bagels baguette baked bake
balance balsamic banana bar barbecue barbeque barista barley barrel barrique basil basket bass batch batter bay bean bean beef beer
beetroot beet bellini bell benedict berry beverage bianco biscotti biscuit bitter bitters black blackberry blackcurrant blanc blanco
blanche blend bloody blossom blonde blond blue blueberry blush bock bold bone botanical botanicals botanist bottled bouillon bouquet
bourbon braise bramble brandy bread breakfast breast breeze breezy brew brewer brewery brewmaster brie brine brioche brisk brisket
broccoli broth brown brownie brule brulee brunch bruschetta brussels brut bubble bubbly bubbles buck bucket buffalo buffet bull
bun burger burgundy burrito butter buttermilk butterscotch cabbage cabernet cafe caffe caffeine cajun cake calamari calorie camomile
camp can canape candied candy cane cannoli canteen caper cappuccino carafe caramel caraway carbonara carbonated cardamom carne
carpaccio carrot cashew cask casserole cassis cava caviar cayenne ceiling celery cellar centilitre cereal ceviche chai chamomile
champagne char charcoal charcuterie chardonnay chateau cheddar cheer cheese cheesecake cheesy chef chenin cherry chestnut chew chia
chianti chicken chickpea chili chilli chill chip chipotle chive chocolate choco chop chorizo choux chowder christmas chunk chutney
ciabatta cider cinnamon citric citron citrus citrusy clam claret clove coarse cobbler cocktail cocoa coconut cod coffee cognac coke cola
cold coleslaw compote condiment confit conserve cookie cool cooler copper cordial coriander cork corn cosmo cosmopolitan cottage
couscous crab cracker cranberry cream creamy creme crepe cress crisp crispy croissant croquette crostini crouton crumb crumble crunch
crunchy crush crust crusty cuba cube cucumber cuisine cumin cupcake curacao curd curly currant curry custard cutlet cuvee daiquiri dairy
damson dash dates decadent decaf decanter deli delicate delicatessen delicious delightful demi dense dessert dial dice diet digestif
dill dip distil distill distiller distillery dollop donut dough doughnut draft draught dragon dressing drizzle drop duck dulce
dumpling dunkel edamame egg eggplant elderberry elderflower elegance elegant endive enchilada english entree escargot espresso evening
export fajita falafel farmhouse fennel ferment fermentation festive feta fettuccine fiber fibre fig fillet filet filter firm fizz fizzy
flake flambe flame flan flatbread flavor flavour flavored flavoured flavorful fleshy flesh flight float floral flour fluffy flute foam
foie focaccia fondant fondue fork formula fortified fowl fragrance fragrant frappe freeze freshly fried fries frittata frost frosty
frozen fruit fruity fry fudge fuller funky fusion galette game gamay gammon garage garbage garlic garnish gazpacho gelato german gherkin
gimlet gin ginger gingerbread glaze gnocchi goat goose gooseberry gouda goulash gourmet granita granola grape grapefruit grappa grater
gratin gravel gravy greek grenadine grill grille grind ground grove guacamole guava gumbo haddock halal halibut halloumi ham hamburger
handcraft handcrafted handmade harvest hash haze hazy hazelnut hearty hedgerow helles herb herbal herbaceous hibiscus hickory highball
highland hint homemade honey honeycomb honeydew hop hoppy horchata horseradish hummus hunter iced icing imperial india indian infuse
infusion ingredient instant intensity ipa irish italian jalapeno jam jar jasmine jelly jerk juice juicy julep juniper jumbo kale kebab
ketchup ketel kidney kimchi kiwi kolsch korma kosher lager lamb large lasagna lasagne latte lavender leek lemon lemonade lemongrass
lentil lettuce lime limoncello linger liqueur liquid liquor liquorice licorice litre liter loaf lobster loin loose lounge lovage luscious
lush lychee macaroni macaron macchiato mackerel madeira malbec malt malty malted mandarin mango maple margarita margherita marinade
marinara marinate marinated marmalade marrow marsala marshmallow martini marzipan mascarpone mash matcha mature maturation mayo
mayonnaise meat meatball medal medium mellow melon melt meringue merlot mezcal mezze milk milky milkshake millilitre mimosa mince
mineral minerality mint minty miso mist mocha mojito molasses mole monastery monde moscato mousse mozzarella muddle muesli muffin mule
mulled mulberry munster muscat mushroom mussel mustard mutton nacho naked nebbiolo nectar nectarine negroni nettle noir noodle non
nougat nugget nut nutmeg nutty oat oatmeal octopus oil oily olive omelette omelet onion orange orchard oregano oyster oz packet paella
pair palate palette palatable pan pancake pancetta panini panna papaya paprika parfait parma parmesan parsley parsnip passionfruit pasta
paste pastrami pastry pate patty pavlova pea peach peachy peanut pear pecan peel pellet penne pepper peppercorn peppermint peppery
pepperoni perch perry pesto petal petit petite pheasant pickle pie pilaf pilsner pilsener pils pimento pina pineapple pinch pink pinot
pint pistachio pita pitcher pizza pizzetta plantain platter plum plump poach polenta pomegranate popcorn poppy popsicle porcini pork
porridge porter potato poultry pour praline prawn preserve pretzel prosciutto prosecco protein prune pudding puff pulled pulp pumpkin punch
puree quail quartz quench quesadilla quiche quince quinoa rabbit radicchio radish ragout ragu rainbow raisin ramen ranch rasher raspberry
ratatouille ravioli raw refreshing refreshment relish reserve reserva restaurant rhubarb rib ribeye rice ricotta riesling rim rind
rioja ripe ripen risotto roast robust rocket rockfish roe roll rolled romaine rosado rosato rosemary rosso rouge rub rum rump russet russian
rustic rye saffron sage sake salad salami salmon salsa salt salty sambuca sandwich sandy sangria sangiovese sardine sashimi satay sauce
saucy sauerkraut sausage saute sauvignon savory savoury scallion scallop scampi scent schnapps scone scotch scramble seabass seafood sear
seasonal seasoned seaweed secco sec sediment seed selection seltzer semillon semolina sesame session shallot shandy shank shared
shaved shellfish shepherd sherbet sherry shiraz shitake shiitake shortbread shred shrimp signatures silky simmer sip sippin sirloin skewer skim skimmed
slaw slice sling sloe slush smoked smoky smoothie snack soda sorbet souffle soup sour sourdough sous soy soya spaghetti spanish
sparkle sparkling spelt spice spicy spiced spinach spoon spritz spritzer sprout spumante squash squeeze squid steak stew stilton stir stock
stout straight strain straw strawberry stuffed stuffing sturdy sugar sugary sultana sundae supper supple supreme sushi sustainable swede sweet
sweetcorn swirl syrah syrup tabasco taco tagliatelle tahini tamarind tang tangerine tangy tannin tannic tap tapas tapenade taproom taramasalata
tarragon tart tartare tarte taste tasty tea tempranillo tempura tequila teriyaki terrine terroir thai thirst thyme tiramisu toast tobacco
toffee tofu tomato tongue tonic topping tortellini tortilla traditionally trifle triple trout truffle tuna turmeric turnip tzatziki
unfiltered vanilla varietal veal vegan vegetable vegetarian veggie velvet velvety venison verde vermouth vine vinegar vineyard viognier
violet virgin viscous vodka wafer waffle walnut wasabi watercress watermelon wedge wheat whey whip whipped whiskey whisky wine winery
wrap yeast yoghurt yogurt yolk zinfandel zucchini

absolute accept account act actual addict address adult advance adventure advice affair afford afraid agree aim air alarm album alert
allow alter amaze amuse ancient anger animal announce answer anniversary appear appeal apply approve arch are argue arm arrange array
arrive arrow art article artist ascot aspect assist assume atmosphere attach attempt attend attention attract aunt author autograph
average avoid award aware bag ballad ballet balloon band bank barn barrier basic battle beach beam beard beast beauty bed bee beg
behave bell belong belt bench bend benefit bet bicycle bid bike bill bind birth birthday bizarre blade blame bless blind blink block
blood bloom bonus boost boot border borrow boss bounce brain brave breath breathe breed brick bride brief broom brush bud budget
build bulb bulk bullet bump bunch burden burn bus bush butcher button buzz cab cabin cable calf calm canal cancel canvas capable
capital captain capture cart cartoon carve cash caste castle casual catalog catalogue category cause caution cave cease celebrate
cement challenge champion channel chapter character charity charm chart chase cheap cheek chemical chest chimney chin chip circus
cite clap clay clerk click client cliff cloth cluster coal code coin colony column comb combination comedy comet command comment
commit community compare compete complain compose concentrate concept concern concert conclude conduct confirm confuse connect
conquer conserve constant construct consult contact contest contrast contribute control convert convince copy cosy cozy costume
cotton cough council counter couple courage cousin cow crack cradle crash crawl crazy creature credit creek crew crime crisis critic
crook crop cruel cruise cry crystal crystalline culture cupboard curious curl curtain curve custom cycle damage damp danger darling
data dawn deaf death debate debt decide declare decorate decrease dedicate defeat defend define degree delay demand deny depart
depend deserve desk despite destroy detect device devil devote dialogue diamond dimple dirt disappear disaster discuss disease disk
display distance distant distinct disturb divide divine dock doctor document doll dolphin domain dome donate doubt dragon drama
drawer drift drill drum dude duke dump duty dwarf eager earn echo economy edit educate elder elect elevate elf embrace emerge
emotion employ encourage enemy engage engine engineer enormous ensure entry envelope equal era error escape essence essential
establish evil evolve exceed exchange excite exclusive excuse execute exercise exist exit expand expensive expert explain explode
explosion expose fabric fabulous factor factory fail faint faith fashion fate fault fear feather fee fence fever fiction fierce fight
figure file film finance flash flavorless fleet flip flood floor focus fog fold folk fool forget forgive format former fountain
fraction fragile free freedom frequent fruition fuel function fund fur furniture future gallery gap gas gaze gear gem genius genuine
gesture gibbon giggle glance glad global globe glory glove glow glue goal goblin gorgeous gossip govern grab gradual graduate grandma
grandpa graph grateful grave greet grief grin grip groan groom gross guard guess guilt guitar gum guy habit hail hammer handle handsome
handy harm harmony harp hate haul haunt hazard heal heap heel heir helmet herd hesitate hint hobby hollow horizon horn horror
hospital hug hull humble humor humour hurry hurt hut iceberg ideal identity idle ignore ill illegal illness image impact imply impress
improve inch incident income increase incredible industry infant inform inherit initial inject injure inner innocent innovate input
insect insert insist install institute insult intend internal interval introduce invent invest issue item jacket jail jaw jealous
jeans jet jewel job join joint joke jolly jungle junior jury kettle kiss kite kneel knit knock knot labor labour lace ladder lamp
language lap laser latin launch laundry law lawn lawyer lay lazy leap lean learn leather lecture legal legendary lens lesson liberty
library lick lid lie linen lip literature litter lively liver loan lobby logic lonely loop loud luggage lump lung lyric machine mad
mail majesty major mammal manage manner margin marine marked martin marvellous marvelous mask mass massive mate math matron maximum
maybe mayor mechanic media medicine melancholy mention merchant mercy merit merry mess message meter metre method microwave
military mineral minimum minor minus mob mobster modest modify moist monitor monkey moral mortal mosquito motive motor mouse multiple
murder muscle mystery myth nail naive neck needle negative neglect nephew nerve nest network neutral news newspaper niece nod
nominate normal notable notch novel nuclear nude nurse obey observe obtain obvious occasion occupy odd odor odour official
opera operate opinion opponent oppose optimal orbit orchestra organ organize otter outcome outstanding oval overall oxen pace paint pajamas
panda panel panic parent parrot parcel particular pause pave payment peak peculiar pedal peer pen pencil penguin penny percent
perform permanent permit persuade pet petrol phase phrase physical pig pigeon pile pill pillow pilot pimple pin pipeline pit pity
planet plastic platform plead plot plug plural pocket poem poet poetic poetry poison pole police policy polite politics pony pope
porch portrait pose position positive possess poster powder practice practise pray precede precious precise predict prefer pregnant
previous priest primary principal print priority prison privilege process proclaim profession profit program project promote prompt
pronounce proof prophet propose prosper protect protest province pump puncture pupil puppy purchase purpose purse pursue pus puzzle
quake quiver quote rabbit racket radar radiate radio rage raid rally random rank rapid rascal rat reaction realize rear rebel
receipt recent recommend recover reel refer reflect reform refuse regret reign reject relate relax release relief religion reluctant
renew renown rent repair repeat replace reply report represent request require rescue research resemble resident resist resolve
resource respect respond restore retain retire retreat revenge revenue reverse review revive reward rhythm ribbon riddle ridge rigid
riot ripple risk rival rob robe robin robot rocket rod romance romantic rope rotten rug ruin rumor rumour rural sacred sacrifice
saddle safari saint salary samba sample satellite saturday saucer saxophone scale scan scandal scar scarce scare scatter scholar
scissors scope score scout scratch scream screen screw script scruff sculpture seal seize senate sentence serene serpent session severe
sew shaft shame shark shatter shave shed shelf shelter shield shift shirt shock shoot shout shove shower shrug shut shy sick siege
signal silent silly sincere singer sink sketch skip skirt skull slap slave sleeve slender slide slogan slope slot smart smash smith
snail snake snap sneak sniff soak soap soccer social sock sofa soldier solemn solution sombre somber sorrow sorry sour span spare spatula
spectacular sphere spider spill spin spiral spite splash splendid split spoil sponsor sport spray sprite spy squad squirrel stab stable
stack stadium stain stake stamp stare starve statement statue steady steep steer stem stiff stimulate sting stitch stomach stool
storm stranger strap strategy stress strict strip stripe stroke stroll stubborn stump stupid sturgeon stumble submit substance suburb
suck sue suffer suggest suitcase sum superb supermarket supply support suppose survey survive suspect suspend swallow swan swear sweat
sweater sweep swell swift swim switch sword symbol sympathy symphony system tackle tag tail tailor tan tap tape target task tear
tease technique technology teem teenager telephone telescope television temper temperature tempt tense tent terrible territory
terror text theft theme theory thief threat throat throne thumb thunder ticket tide tidy tilt timber tire tired tissue toe toilet
tomb topic torch torn tour tournament towel trace trade tragedy trailer transfer transform translate transport trap tray treaty
trek tremble tremendous trend trial tribe tribute trick trigger trim troop tropic tropical trouble trousers truck trumpet trunk
tub tube tuck tug tunnel tutor twilight typical ugly umbrella uncle understand uniform university upset uprise uprising urban urge
urgent vacation vague vain valid valuable van vanish vapor vapour vault vehicle veil vein version vessel vibrant vicar victim video violin
visible vital vivid volcano volcanic volume volunteer vote vowel wagon waist wallet wander wardrobe warehouse warrior wealth weapon weave
wedding weed weep weigh weird whale whistle wicked widow width wine wipe wisdom witch witness wolf wool worm worry worship wound
wreck wrist yacht yawn yell zebra zero zoo

abandon absent abstract academy acquire adjust admire adopt adore alarm alien alliance ancestor ankle antique anxious apart apparel applaud
appoint arena arise armour army ash aside asleep assault assemble asset assign assure athlete atom attic auction audience aunt
authority avenue awake awful awkward backward badge bait bake bald ballot bamboo banner bargain barber bark baron barrow batch bathroom
battery beak beetle beggar belly beloved bestow betray bias bible billet billion biology bishop blanket blast bleach blister blizzard
blouse bolt bomb boom border botany boundary bracelet brag brake brand brass breeze bribe bridle brochure bronze brook brutal buckle
bulletin bundle bunny burglar bury cactus cage calendar camel campaign campus canary cannon canoe canyon cape cardinal career carpenter
carpet carriage castor caterpillar cathedral caution cavern cedar chamber chapel chariot cherish chess chisel cigar cinema clarify clash
classify clause clinic clown clumsy coffin coincide collapse collar colleague collide comic commerce commission commute compact companion
compass compete compile compliment comply compress compromise computer conceal conceive concrete condemn confess confide conflict
conform conscious consent console conspire constitute consume contend context contract convent converse convey convict coral cord corridor
costly cottage couch courtesy crane crate crater crayon creep crest cricket cripple crossword crystal cultivate cunning curator curb
currency cushion cylinder dagger daisy dazzle deaf debris decline decree defect defer deliberate delta demon dense dental department
deposit depress deputy derive descend despair destine detach detain determine devastate diagram dialect diary dictate digital dignity
dilute dimension diplomat diplomatic disciple discipline discount disguise dismiss dispatch dispense dispute dissolve distort district ditch
diverse dizzy donkey doom dose dragonfly drain drape drastic dread drought drown dwell dynamic eastern eclipse ecology ego elastic
elbow electric elephant eliminate embark embassy embody emerald emigrate emperor empire enable enchant enclose encounter endless endure
enforce enhance enlarge enlist enrich enrol entertain enthusiasm entitle epic epoch equip erase erect errand erupt estimate eternal evaluate
evident exaggerate examine excess exclaim exclude exhaust exhibit exile exotic expedition expire explicit exploit export exterior external
fable facility fairy famine farewell fatal fatigue feeble ferry fertile festival feud filter fiscal flee flexible flourish fluent flute
foam foreign formal fortnight fossil foundation fox fracture frame franchise frantic fraud freight frequent friction fringe frog
frown frugal fulfil furious furnish fuse galaxy gallant gallop gamble gang garment gasp gather generate ghost giggle ginger giraffe glacier
glamour gleam glimpse glitter gloom gown graceful graduate graphic gravity gravel graze grease grocer guitar gulf gust hamlet hammock
hamster handle harness hasty hatch haven hawk hectic hedge hedgehog helicopter hemisphere herald hermit heron hike hinge hire historic
hood hoof hook hostage hostel hostile hover howl hug humid hurdle hurricane hydrogen hymn hypnotic iconic illusion illustrate imitate
immense immigrant immune impulse incline incur indicate induce indulge infect infinite inflate influence inhabit inherit inquire insane
insight inspect instinct instruct instrument insulate insure integrate intellect intelligent interact interfere interior interpret
interrupt intimate intricate invade invisible involve irritate isolate ivory jaguar javelin jealous jeopardy jigsaw journal juggle kangaroo
keen kennel kidnap kindle knead labyrinth lantern latitude lattice lavish layout leaflet leak lease legacy leisure leopard lever liable
liberal lifetime lightning likewise lily limb limp lizard lobe locker locust loft logo longitude lottery lotus loyal lucid lullaby lunar
lurk lyrical magnet magnify maiden mainland maintain mammoth mandate mansion mantle manual manufacture marathon marble marina mariner
maritime marsh martial marvel massage maze meadow meander median mediate medieval meditate membrane memo memorial mentor menace mermaid
migrant migrate mild millennium mimic mingle miniature miracle mischief miser misty mobile mock module molecule momentum monarchy monument
moose morale mosaic moss moth motorway mould mound mourn mule mumble mural mustang mute mutual mythology nasty naval navigate navy nebula
neglect negotiate neon nephew nerve nickel nightmare nomad nostalgia notion nourish novice nucleus nursery nylon oak oasis oath obedient
obscure obsess obstacle occur octagon offend offset omen omit onset opaque oppress oracle oral orchid ordeal orient orphan ounce outback
outfit outlaw outline outlook output outrage oval overcome oxygen paddle pagan pageant palm panorama panther parachute paradise paragraph
parallel pardon parish parliament passage passenger passport pastel pasture patent pavement pavilion payment peasant pebble penalty pendant
peninsula pension perch peril perish perpetual perplex persist pesky petition phantom pharmacy phoenix photo physics pierce pilgrim pinball
pitch pivot plague plaster plateau platinum plead plough plunge plush poise polar pollen ponder porcelain portable portfolio postcard
posture potent precaution predator prefix premise preview prey primitive prism privilege probe proceed prodigy profile profound prolong
prominent promenade propel prospect provoke prowl prudent pulse pumpkin punish puppet pursuit pyramid quaint quarrel quarry quest
queue quilt quota rack radiant radical radius raft rail rampart ransom rapture rattle raven ravine razor realm reap rebellion reckon
recruit rectangle reduce reef refuge regard regime register rehearse rein reindeer relative relay relevant relic relieve reluctant remark
remedy remind remote removal render renovate repel replica reptile republic reputation resent reservoir residue resign resonate resort
restless restrain restrict resume retail retrieve retro reunion reveal revelation reverse revolt revolution rhino rifle rigorous rinse
ritual roam roar robust rogue rookie rooster rotate rubble rubric rug rumble runway rustle saddle saga salute salvage salvation sanctuary
sandal sapphire sardine satin savage savannah scaffold scenario scenic sceptic schedule scheme scope scorch scramble scribe seam
secretary secure segment seldom selfish seminar sequel sequence serenade sergeant severe shawl sheer sheriff shiver shrine shrink shuffle
shutter sibling siesta sigh silhouette simulate siren sketch sleigh slumber snug sober society soda solar sole solitude sonic soothe spade
span spear species specimen spectrum speech spell sphinx spice spine spire spontaneous spouse sprint squash stable staircase stallion stance
static stationery statistic stereo steward stimulus stipulate stride strive stroll structure stun submarine subtitle subtract suburb
subway summit summon sunset sunrise superior superstition supervise suppress supreme surf surge surgeon surplus surrender suspicion sustain
swamp swarm swift sword syllable symptom syndrome synthetic tablet tadpole talon tangle tariff tavern temporary tenant tentacle terrain
terrific testament textile thaw theorem therapy thermal thesis thorn thorough thread thrill thrive throne thrust thunder tidal timid tissue
token tolerate tornado tortoise torture toss tourist toxic tractor tranquil transit transparent trauma treason treble trellis tremor trench
trespass tribal tribune trigger trinity trivial trophy tropics tug tulip tumble turbine turbo turmoil turtle tuxedo twig twin tyrant
unicorn utensil utility utter vaccine valiant valid valve vampire vanity vast velocity vendor ventilate verb verdict verify versatile vertical
veteran viable vicious victor villain vineyard violate viper virtual virtue virus visa viscount visual vocal vogue voucher voyage vulture
waist walnut walrus waltz warfare warrant wary wasp weary weird whisk wig willow windy witty wombat woodland workshop wreath wrench wrinkle
yearn yield yoga zeal zodiac zombie

africa african america american argentina asia asian australia australian austria austrian bavaria bavarian belgian belgium bordeaux
brazil brazilian britain british california canada canadian caribbean chile chilean china chinese coastal colombia cornish cornwall
cuban czech denmark dutch england europe european florence france french germany greece hawaiian holland hungarian iberian ireland italy
jamaica jamaican japan japanese kentucky kong korean languedoc latin lebanese london loire madrid malaysian marlborough mediterranean
mexican mexico milan moroccan mosel napa norfolk normandy northern norway norwegian norwich oxford paris pacific peru peruvian poland
porto portugal portuguese provence pyrenees rhone roma roman rome scandinavian scottish scotland shetland sicilian sicily singapore somerset southern
spain sussex swedish sweden swiss switzerland tennessee texan texas tokyo turkish tuscan tuscany ukraine ulster veneto venice vienna vietnamese
wales welsh western yorkshire zealand

acqua agua bianca blanca ail al alla alle alsace altbier arancia arroz asado au aux aus avec bebida beurre bier biere bird birra bistecca bistro boeuf bois
bosque brasserie burro cabra caldo calda calle camarones camino caprese carta casa caseros cerveza cervecera champignon chaud chevre
chocolat citron clara classico clasico col colli con copa cordero corte coste cote cotes crema creme cru croque cuit dal dalla das de degli del della delle
des di die domaine don dos doux du dulce e eau ein eine eis el en ensalada entrecote epices erdbeer et extra fermier fino flammkuchen flasche forno fraise
frais fraiche framboise fresca fresco fresh frites fritti fritto fromage frucht fruits fumee fur gateau gazeuse gebacken gebraten gelee gemischt
gemuse getrank glas gran grande grande gratinee grigio grillee gros grune haus hausgemacht heiss helado herbes hohe huile huitre hummer i
il jambon jamon jour jugo jus kaffee kalb kalt kartoffel kase kuchen la lait lampone las le leche legno legumes les limon limone lo los
macedonia madame maison manzana mare mariscos menthe mer miel mit moules naranja naturel naturale nero noisette nuestra nuss oder oeuf oignon oro ou pain
pane para pasqua pastel patatas pavo peche peperoni per pescado pesce petit petto pierre piccante picante piccolo pimienta pimenton pescatore pollo polpo
pomme pommes pomodoro por pour poulet queso radler reserva rind riserva rojo rosa rot roti rotwein rucola saft sahne saint salade salata
salchicha salsiccia san santa sans sauce saumon schinken schnitzel schokolade secco seco sel siete sobre sole sorbetto sur suppe tarta tarte tavola te
tinto tonno torta tortilla torrone tournedos tradizionale uns una und uno uva vache vecchia vegetariano verdure verre vert vin vino vinho vitello von wasser wein
weiss weisse weissbier weizen wurst y zanahoria zitrone zucca zum zur zwiebel
`;

export const ordinaryWords = list.trim().split(/\s+/);
const forms = [...new Set(ordinaryWords.flatMap(formsOf))];
const byHash = new Postings();
for (const [index, form] of forms.entries()) {
  const letters = Uint16Array.from(form, (letter) => letter.charCodeAt(0));
  byHash.add(hashOf(letters, 0, letters.length), index);
}
