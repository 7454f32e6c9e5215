// SPDX-License-Identifier: Apache-2.0
//
// What a thread pool needs that Swift has no word for.
#ifndef CKERNELS_THREADS_H
#define CKERNELS_THREADS_H

/// Tells the core that this is a spin loop.
static inline void ik_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// How many CPUs this process may use.
int ik_usable_cpus(void);

/// Hands memory that was freed back to the system, where the allocator keeps it.
void ik_give_back_freed_memory(void);

#endif
