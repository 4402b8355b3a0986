//! The program that several benchmarks read, and the allocator that the command has.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many apps, each on a line.
pub fn apps(count: usize) -> String {
    let app = |i: usize| {
        format!(
            "app web-{i} {{ image = \"registry.example.com/shop/web-{i}:1.4.3\", replicas = 3, port http = 8080, expose http = 80, \
             env LOG_LEVEL = \"info\", env PORT = \"8080\", resources {{ cpu = 200m..1, memory = 10Mi..20Mi }}, \
             readiness {{ http = \"/healthz\", port = \"http\", every = 1s }}, rollout {{ maxSurge = 1, maxUnavailable = 0, minReady = 10s }} }}\n"
        )
    };
    (0..count).map(app).collect()
}
