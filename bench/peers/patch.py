"""Patch nearest neighbors by other libraries: every 7x7 RGB patch of one image against all of another, k = 1.

The setup request names two files of float32 [C,H,W] (the target `rows` high), the sizes and the patch side. FAISS,
numpy and OpenCV minimize squared L2; torch.cdist takes L1 (p = 1) and L2. Patches are unfolded within the timed part,
as our op does it.
"""
import os
import sys

os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
import serve

np = serve.importable('numpy', 'python3-numpy')
torch = serve.importable('torch', 'python3-torch')
faiss = serve.importable('faiss', 'python3-faiss')
cv2 = serve.importable('cv2', 'python3-opencv')


class Job:
    def setup(self, request):
        c, rows, h, w, p, threads = (request[k] for k in ('c', 'rows', 'h', 'w', 'patch', 'threads'))
        read = lambda name, height: np.fromfile(request[name], np.float32).reshape(c, height, w)
        self.target, self.source, self.p = read('target', rows), read('source', h), p
        self.results = {}
        if rows < h:  # a strip: for what takes half a minute for the whole
            if not cv2:
                return {}
            cv2.setNumThreads(threads)
            return {'OpenCV matchTemplate': self.opencv}
        runs = {'numpy GEMM': self.numpy}
        if torch:
            torch.set_num_threads(threads)
            self.device = 'cuda' if torch.cuda.is_available() else 'cpu'
            runs['torch.cdist'] = self.cdist
            runs['torch GEMM'] = self.gemm
        if faiss:
            faiss.omp_set_num_threads(threads)
            runs['FAISS IndexFlatL2'] = self.faiss
        return runs

    def columns(self, x):
        windows = np.lib.stride_tricks.sliding_window_view(x, (self.p, self.p), (1, 2))
        return np.ascontiguousarray(windows.transpose(1, 2, 0, 3, 4)).reshape(-1, x.shape[0] * self.p * self.p)

    def numpy(self):
        t, s = self.columns(self.target), self.columns(self.source)
        norms = (s * s).sum(1)
        best = np.empty(len(t), np.int64)
        for i in range(0, len(t), 1024):  # bands of 64 MiB or so: faster than one matrix of all pairs
            best[i:i + 1024] = (norms - 2 * (t[i:i + 1024] @ s.T)).argmin(1)
        self.results['numpy GEMM'] = best

    def unfolded(self):
        f = torch.nn.functional.unfold
        images = (torch.from_numpy(x)[None].to(self.device) for x in (self.target, self.source))
        t, s = (f(x, self.p)[0].t().contiguous() for x in images)
        return t, s

    def cdist(self):
        t, s = self.unfolded()
        best = torch.cat([torch.cdist(band, s).argmin(1) for band in t.split(1024)])
        self.results['torch.cdist'] = best.cpu().numpy()

    def gemm(self):
        t, s = self.unfolded()
        norms = (s * s).sum(1)
        best = torch.cat([torch.addmm(norms[None], band, s.t(), alpha=-2).argmin(1) for band in t.split(1024)])
        self.results['torch GEMM'] = best.cpu().numpy()

    def faiss(self):
        t, s = self.columns(self.target), self.columns(self.source)
        index = faiss.IndexFlatL2(s.shape[1])
        index.add(s)
        self.results['FAISS IndexFlatL2'] = index.search(t, 1)[1][:, 0]

    def opencv(self):
        """matchTemplate slides one patch over the source; the rest is a loop in Python, as OpenCV has no batch."""
        p, n = self.p, self.target.shape[1] - self.p + 1
        t, s = (np.ascontiguousarray(x.transpose(1, 2, 0)) for x in (self.target, self.source))
        best = np.empty((n, self.target.shape[2] - p + 1), np.int64)
        for y in range(n):
            for x in range(best.shape[1]):
                best[y, x] = cv2.matchTemplate(s, t[y:y + p, x:x + p], cv2.TM_SQDIFF).argmin()
        self.results['OpenCV matchTemplate'] = best.ravel()

    def result(self, name):
        return [self.results[name].astype(np.uint32)]


if __name__ == '__main__':
    serve.serve(Job())
