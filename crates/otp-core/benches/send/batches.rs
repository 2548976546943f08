//! The two decisions that a store asks for under its locks, over batches of several sizes: by one
//! account that sends them all, and by a hundred that share them.

/// From a lonely send to a full batch.
const SIZES: [usize; 4] = [1, 16, 64, 256];
const ONE: usize = 1;
const HUNDRED: usize = 100;

mod decide {
    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};
    use otp_core::send::Admission;
    use otp_core::send::admission::judge;

    use super::{HUNDRED, ONE, SIZES};
    use crate::sends::Sends;

    #[divan::bench(args = SIZES)]
    fn one_account(bencher: Bencher<'_, '_>, size: usize) {
        admit(bencher, &Sends::new(size, ONE));
    }

    #[divan::bench(args = SIZES)]
    fn hundred_accounts(bencher: Bencher<'_, '_>, size: usize) {
        admit(bencher, &Sends::new(size, HUNDRED));
    }

    fn admit(bencher: Bencher<'_, '_>, sends: &Sends) {
        let attempts = sends.attempts();
        // A refusal is cheaper than an admission: a batch of them would measure nothing.
        let judged = judge(attempts, sends.facts());
        let admitted = |admission| admission == Admission::Admitted;
        assert!(judged.admissions.into_iter().all(admitted));
        bencher
            .counter(ItemsCount::new(attempts.len()))
            .with_inputs(|| sends.facts())
            .bench_values(|facts| judge(black_box(attempts), facts));
    }
}

mod settle {
    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};
    use otp_core::send::settlement::judge;

    use super::{HUNDRED, ONE, SIZES};
    use crate::sends::Sends;

    #[divan::bench(args = SIZES)]
    fn one_account(bencher: Bencher<'_, '_>, size: usize) {
        accept(bencher, &Sends::new(size, ONE));
    }

    #[divan::bench(args = SIZES)]
    fn hundred_accounts(bencher: Bencher<'_, '_>, size: usize) {
        accept(bencher, &Sends::new(size, HUNDRED));
    }

    fn accept(bencher: Bencher<'_, '_>, sends: &Sends) {
        let acceptances = sends.acceptances();
        // An outcome that brings nothing new is passed over: those would measure nothing.
        let settled = judge(&acceptances, sends.settlement_facts());
        assert_eq!(settled.updates.len(), acceptances.len());
        bencher
            .counter(ItemsCount::new(acceptances.len()))
            .with_inputs(|| sends.settlement_facts())
            .bench_values(|facts| judge(black_box(&acceptances), facts));
    }
}
