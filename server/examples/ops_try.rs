use server::papers::Papers;
fn main() -> std::process::ExitCode {
    server::run::main(Papers { order: |_| Ok(b"%PDF-".to_vec()), receipt: |_| Ok(b"%PDF-".to_vec()) })
}
