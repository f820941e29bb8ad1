"""Writes study.json: shares of ranks of made-up answers with bootstrap intervals, by numpy alone.

    /usr/bin/python3 test/goldens/make/make_study.py        # Debian's python3-numpy; a second

`intervals`: the same resamples as the program's (its counter-based numbers), so that they agree to rounding.
`other`: numpy's own generator and many resamples; what any correct bootstrap comes near to.
"""

import json
import pathlib

import numpy as np

import hashing

METHODS = ['analogies', 'fast', 'patches']
PEOPLE, QUESTIONS, RESAMPLES, SEED = 9, 7, 2000, 5


def answers():
    """[people, questions, methods] ranks 1..3: by noisy scores, with tastes that differ between people."""
    taste = hashing.hash_uniform('taste', PEOPLE * 3).reshape(PEOPLE, 1, 3)
    noise = hashing.hash_uniform('noise', PEOPLE * QUESTIONS * 3).reshape(PEOPLE, QUESTIONS, 3)
    score = np.array([0.0, 0.5, 0.25]) + 0.6 * taste + 0.9 * noise
    return (-score).argsort(-1).argsort(-1) + 1


def uniform(seed, count):
    """engine/hash.ts: HostRandom."""
    stream = np.uint64(hashing.lowbias32(np.array([seed], np.uint32))[0])
    steps = stream + np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9)
    return (hashing.lowbias32((steps & np.uint64(0xFFFFFFFF)).astype(np.uint32)) >> np.uint32(8)).astype(
        np.float64
    ) / 2**24


def shares(ranks):
    """[..., methods, ranks] from [..., people, questions, methods]; people answered unequally often (NaN: unasked)."""
    return np.stack([np.nanmean(np.where(np.isnan(ranks), np.nan, ranks == r), axis=(-3, -2)) for r in (1, 2, 3)], -1)


def main():
    ranks = answers().astype(np.float64)
    for p in range(3):  # three people stopped early: participants weigh by their answers
        ranks[p, QUESTIONS - 1 - p :] = np.nan
    mine = np.floor(uniform(SEED, RESAMPLES * PEOPLE) * PEOPLE).astype(int).reshape(RESAMPLES, PEOPLE)
    theirs = np.random.default_rng(1).integers(0, PEOPLE, (40000, PEOPLE))
    ends = lambda picks: np.quantile(shares(ranks[picks]), [0.025, 0.975], axis=0).transpose(1, 2, 0).tolist()
    mean = lambda x: (x * np.array([1, 2, 3])).sum(-1)
    out = {
        'methods': METHODS,
        'seed': SEED,
        'resamples': RESAMPLES,
        'ranks': np.where(np.isnan(ranks), 0, ranks).astype(int).tolist(),
        'shares': shares(ranks).tolist(),
        'meanRank': mean(shares(ranks)).tolist(),
        'intervals': ends(mine),
        'other': ends(theirs),
        'meanRankIntervals': np.quantile(mean(shares(ranks[mine])), [0.025, 0.975], axis=0).T.tolist(),
    }
    path = pathlib.Path(__file__).parent.parent / 'study.json'
    path.write_text(json.dumps(out) + '\n')
    print(path.name, path.stat().st_size, 'bytes')


main()
