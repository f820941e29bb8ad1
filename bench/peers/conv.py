"""A convolution and its two gradients by PyTorch: on the CPU, or on a CUDA device eagerly and as a CUDA graph."""
import os

os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')  # two pools of threads on two cores halve PyTorch
import serve

np = serve.importable('numpy', 'python3-numpy')
torch = serve.importable('torch', 'python3-torch')


class Job:
    def setup(self, request):
        if not torch:
            return {}
        r = {k: request[k] for k in ('ci', 'co', 'k', 'size', 'out', 'stride', 'pad', 'repeat')}
        torch.set_num_threads(request['threads'])
        cuda = torch.cuda.is_available()
        if cuda:
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
            torch.backends.cudnn.benchmark = True

        def read(name, *shape):
            values = np.fromfile(request[name], np.float32).reshape(shape)
            return torch.from_numpy(values).to('cuda' if cuda else 'cpu')

        x = read('x', 1, r['ci'], r['size'], r['size']).requires_grad_()
        w = read('w', r['co'], r['ci'], r['k'], r['k']).requires_grad_()
        dy = read('dy', 1, r['co'], r['out'], r['out'])
        self.last = ()

        def conv():
            return torch.nn.functional.conv2d(x, w, stride=r['stride'], padding=r['pad'])

        def forward():
            with torch.no_grad():
                return (conv(),)

        def both():
            return torch.autograd.grad(conv(), (x, w), dy)

        def times(work):
            def run():
                for _ in range(r['repeat']):
                    self.last = work()
                if cuda:
                    torch.cuda.synchronize()
            return run

        def graphed(work):
            run = times(work)
            stream = torch.cuda.Stream()
            with torch.cuda.stream(stream):
                run()
            torch.cuda.current_stream().wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                for _ in range(r['repeat']):
                    out = work()

            def replay():
                graph.replay()
                self.last = out
                torch.cuda.synchronize()
            return replay

        label = 'PyTorch CUDA eager' if cuda else 'PyTorch CPU'
        runs = {f'{label} forward': times(forward), f'{label} both': times(both)}
        if cuda:
            runs.update({'PyTorch CUDA graph forward': graphed(forward), 'PyTorch CUDA graph both': graphed(both)})
        return runs

    def result(self, name):
        return [t.detach().cpu().contiguous().numpy() for t in self.last]


if __name__ == '__main__':
    serve.serve(Job())
