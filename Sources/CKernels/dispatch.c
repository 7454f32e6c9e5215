// SPDX-License-Identifier: Apache-2.0
//
// Which tables this CPU can run, best first.
#include "kernels_internal.h"
#if defined(IK_ARM) && defined(__linux__)
#include <sys/auxv.h>
#endif

#ifdef IK_X86
static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}
static int has_avxvnni(void) {
    // Leaf 7, sub-leaf 1, EAX bit 4. The feature is too young for every compiler's name table.
    unsigned a, b, c, d;
    if (!has_avx2()) return 0;
    __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
    if (a < 1) return 0;
    __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(1));
    return (a >> 4) & 1;
}
static int has_avx512vnni(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
}
#endif

const ik_kernels *ik_kernels_at(size_t index) {
    const ik_kernels *found[4];
    size_t count = 0;
#ifdef IK_X86
    __builtin_cpu_init();
    if (has_avx512vnni()) found[count++] = &ik_kernels_avx512vnni;
    if (has_avxvnni()) found[count++] = &ik_kernels_avxvnni;
    if (has_avx2()) found[count++] = &ik_kernels_avx2;
#endif
#ifdef IK_ARM
#if defined(__linux__)
    if (getauxval(AT_HWCAP) & (1UL << 20)) found[count++] = &ik_kernels_neon;   // HWCAP_ASIMDDP
#else
    found[count++] = &ik_kernels_neon;
#endif
#endif
    found[count++] = &ik_kernels_scalar;
    return index < count ? found[index] : NULL;
}

const char *ik_cpu_features(void) {
#ifdef IK_X86
    if (has_avx512vnni()) return has_avxvnni() ? "x86-64, AVX-512 VNNI, AVX-VNNI" : "x86-64, AVX-512 VNNI";
    if (has_avxvnni()) return "x86-64, AVX2, AVX-VNNI";
    if (has_avx2()) return "x86-64, AVX2";
    return "x86-64";
#elif defined(IK_ARM)
    return ik_kernels_at(0) == &ik_kernels_scalar ? "aarch64" : "aarch64, NEON with dot product";
#else
    return "portable C";
#endif
}

size_t ik_attention_scratch(size_t head_dim, size_t row_count, size_t group_size) {
    size_t queries = row_count * group_size;
    // Maximum, sum, scores and output per query, one tile, and a pointer per query with room to align it.
    return queries * (2 + IK_KV_SLOTS + head_dim) + IK_KV_SLOTS * head_dim +
           (queries + 1) * (sizeof(float *) / sizeof(float));
}
