//! The splitters allocate nothing for a sentence.

use bitext::split::Splitter;

/// Allocations while the sentences of a text are counted.
fn allocations(splitter: &Splitter, text: &str) -> (u64, usize) {
    let mut sentences = 0;
    let info = allocation_counter::measure(|| sentences = splitter.sentences(text).count());
    (info.count_total, sentences)
}

#[test]
fn a_sentence_costs_no_allocation() {
    let chinese = "新华社北京十日电　“谁去？”他问。“我去！”“我也去！”大家说：（一）今天动身；（二）明天到。这是３．５万人的大事……。";
    let english = "Mr. J. R. Smith of Texaco Inc. came at 8 p.m. (See p. 5.) \"Why?\" Mrs. Lee asked. He shrugged... No. 5 left. ";
    let german = "Am 3. Oktober kam Dr. Müller z. B. nach Bonn usw. „Warum?“ fragte sie. – „Darum.“ ";
    for (tag, unit, most) in
        [("zh", chinese, 0), ("en", english, 0), ("ja", chinese, 0), ("de", german, 1), ("xx", german, 1)]
    {
        let splitter = Splitter::new(tag);
        let (few, some) = (unit.repeat(2), unit.repeat(200));
        let (first, few) = allocations(&splitter, &few);
        let (second, some) = allocations(&splitter, &some);
        assert!(some > 50 * few, "{tag}: {few} and {some} sentences");
        // One a paragraph for the state of Unicode's own rules, none a sentence.
        assert!(first <= most && second <= most, "{tag}: {first} for {few} sentences, {second} for {some}");
    }
}
