#!/usr/bin/env node
import '../dist/visavis.js';
