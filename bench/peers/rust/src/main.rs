// Records the values of bench_record.c; prints a line for each case: name, threads, ns a record.
use hdrhistogram::Histogram;
use std::time::Instant;

const N: usize = 2_000_000;

fn values() -> Vec<u64> {
    let mut state: u64 = 1;
    (0..4096)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let octave = 1000u64 << ((state >> 33) % 20);
            octave + (state >> 20) % octave
        })
        .collect()
}

fn main() {
    let values = values();
    let mut h = Histogram::<u64>::new_with_bounds(1, 3_600_000_000_000, 2).unwrap();
    let start = Instant::now();
    for i in 0..N {
        h.record(values[i % 4096]).unwrap();
    }
    let ns = start.elapsed().as_nanos() as f64 / N as f64;
    println!("hdrhistogram (Rust), 2 digits, not shared\t1\t{ns:.2}");

    for threads in [1usize, 2] {
        let mut shared = Histogram::<u64>::new_with_bounds(1, 3_600_000_000_000, 2).unwrap().into_sync();
        let recorders: Vec<_> = (0..threads).map(|_| shared.recorder()).collect();
        let start = Instant::now();
        std::thread::scope(|scope| {
            for mut recorder in recorders {
                let values = &values;
                scope.spawn(move || {
                    for i in 0..N {
                        recorder.record(values[i % 4096]).unwrap();
                    }
                });
            }
        });
        let ns = start.elapsed().as_nanos() as f64 / N as f64;
        println!("hdrhistogram (Rust), 2 digits, SyncHistogram recorder\t{threads}\t{ns:.2}");
        shared.refresh();
        assert_eq!(shared.len(), (threads * N) as u64);
    }
}
