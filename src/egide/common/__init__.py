"""What every module stands on and no module owns: errors, lifecycles, scoping, bilingual text."""
