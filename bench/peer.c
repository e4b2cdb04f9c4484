// SPDX-License-Identifier: MIT
// One training step of the same network over OpenBLAS, and the FMA peak of one core.
// peer SECONDS B,T,I,H,O: prints "median fastest", seconds a step; peer peak: prints FLOP/s and whose kernel OpenBLAS took.

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef I // the imaginary unit

#if defined __AVX512F__
#define WIDTH 8
#elif defined __AVX__
#define WIDTH 4
#else
#define WIDTH 2
#endif
#ifdef __x86_64__
#define REGISTER "+x"
#else
#define REGISTER "+w"
#endif
typedef double vector __attribute__((vector_size(8 * WIDTH)));

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) { return (*(double *) a > *(double *) b) - (*(double *) a < *(double *) b); }

// Twelve independent sums in registers: enough to fill two pipes of four or five cycles.
static double peak(void) {
    vector c[12] = {0}, a = {0}, b = {0};
    double best = 0;
    a += 0.999999, b += 1e-9;
    for (int round = 0; round < 20; round++) {
        long n = 4000000;
        double start = now();
        for (long k = 0; k < n; k++) {
#pragma GCC unroll 12
            for (int i = 0; i < 12; i++) c[i] = c[i] * a + b;
#pragma GCC unroll 12
            for (int i = 0; i < 12; i++) __asm__ volatile("" : REGISTER(c[i])); // keeps each product
        }
        double flops = n * 12 * 2 * WIDTH / (now() - start);
        if (flops > best) best = flops;
    }
    return best;
}

static double *filled(long n, double scale) {
    double *a = aligned_alloc(64, (n * 8 + 63) / 64 * 64);
    for (long i = 0; i < n; i++) a[i] = scale * (rand() / (double) RAND_MAX - 0.5);
    return a;
}

// C = beta*C + A·B, where m = 1 the faster matrix-vector product; `t` marks a transposed factor.
static void product(int tA, int tB, int m, int n, int k, const double *A, const double *B, double beta, double *C) {
    if (m == 1) cblas_dgemv(CblasRowMajor, tB ? CblasNoTrans : CblasTrans, tB ? n : k, tB ? k : n, 1, B, tB ? k : n, A, 1, beta, C, 1);
    else cblas_dgemm(CblasRowMajor, tA ? CblasTrans : CblasNoTrans, tB ? CblasTrans : CblasNoTrans,
                     m, n, k, 1, A, tA ? m : k, B, tB ? k : n, beta, C, n);
}

static int B, T, I, H, O;
static double *x, *target, *Wxh, *Whh, *bh, *Why, *by, *h, *y, *dy, *dh, *dWxh, *dWhh, *dbh, *dWhy, *dby;

static void sgd(double *W, const double *dW, long n) { for (long i = 0; i < n; i++) W[i] -= 0.01 * dW[i]; }

static double step(void) {
    long n = (long) T * B, BH = (long) B * H;
    double loss = 0;
    product(0, 0, n, H, I, x, Wxh, 0, h + BH);
    for (int t = 1; t <= T; t++) {
        double *a = h + t * BH;
        product(0, 0, B, H, H, a - BH, Whh, 1, a);
        for (int b = 0; b < B; b++)
            for (int j = 0; j < H; j++) a[b * H + j] = tanh(a[b * H + j] + bh[j]);
    }
    product(0, 0, n, O, H, h + BH, Why, 0, y);
    for (long r = 0; r < n; r++)
        for (int j = 0; j < O; j++) {
            double error = y[r * O + j] + by[j] - target[r * O + j];
            loss += error * error;
            dy[r * O + j] = 2 * error / (n * O);
        }
    product(0, 1, n, H, O, dy, Why, 0, dh);
    for (int t = T; t >= 1; t--) {
        double *da = dh + (t - 1) * BH, *ht = h + t * BH;
        for (long i = 0; i < BH; i++) da[i] *= 1 - ht[i] * ht[i];
        if (t > 1) product(0, 1, B, H, H, da, Whh, 1, da - BH);
    }
    product(1, 0, I, H, n, x, dh, 0, dWxh);
    product(1, 0, H, H, n, h, dh, 0, dWhh);
    product(1, 0, H, O, n, h + BH, dy, 0, dWhy);
    memset(dbh, 0, H * 8);
    memset(dby, 0, O * 8);
    for (long r = 0; r < n; r++) {
        for (int j = 0; j < H; j++) dbh[j] += dh[r * H + j];
        for (int j = 0; j < O; j++) dby[j] += dy[r * O + j];
    }
    sgd(Wxh, dWxh, (long) I * H), sgd(Whh, dWhh, (long) H * H), sgd(bh, dbh, H), sgd(Why, dWhy, (long) H * O), sgd(by, dby, O);
    return loss / (n * O);
}

int main(int argc, char **argv) {
    if (argc == 2) return printf("%.0f %s\n", peak(), openblas_get_corename()) < 0;
    if (argc != 3 || sscanf(argv[2], "%d,%d,%d,%d,%d", &B, &T, &I, &H, &O) != 5) return 2;
    double seconds = atof(argv[1]), times[1000], scale;
    long n = (long) T * B;
    scale = 2 / sqrt(H);
    x = filled(n * I, 2), target = filled(n * O, 2), h = filled((n + B) * H, 0), y = filled(n * O, 0), dy = filled(n * O, 0), dh = filled(n * H, 0);
    Wxh = filled(I * H, scale), Whh = filled(H * H, scale), bh = filled(H, scale), Why = filled(H * O, scale), by = filled(O, scale);
    dWxh = filled(I * H, 0), dWhh = filled(H * H, 0), dbh = filled(H, 0), dWhy = filled(H * O, 0), dby = filled(O, 0);
    double flop = 6.0 * n * H * (I + H + O), loss = 0;
    int repeats = fmax(1, 2e7 / flop), count = 0;
    for (double start = now(); now() - start < seconds / 3;) loss += step();
    for (double start = now(); count < 3 || (count < 1000 && now() - start < seconds); count++) {
        double from = now();
        for (int r = 0; r < repeats; r++) loss += step();
        times[count] = (now() - from) / repeats;
    }
    qsort(times, count, 8, ascending);
    printf("%.9g %.9g\n", times[count / 2], times[0]);
    return !(loss == loss);
}
