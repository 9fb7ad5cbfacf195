"use strict";
// The sound of the street, silent until somebody asks for it: phones ring, and calls are read aloud by the browser.
// street.js owns the phones; it calls sound.say, sound.hush and sound.ringing.

const sound = {
  on: false, audio: null, ringTimer: 0,
  set(on) {
    this.on = on;
    $("sound").setAttribute("aria-pressed", String(on));
    if (on && !this.audio && window.AudioContext) this.audio = new AudioContext();
    if (on && this.audio) this.audio.resume();
    if (!on && window.speechSynthesis) speechSynthesis.cancel();
    this.ringing();
  },
  say(text) {
    if (!this.on || !window.speechSynthesis) return;
    const u = new SpeechSynthesisUtterance(text);
    u.lang = "en";
    u.rate = 1.05;
    speechSynthesis.speak(u);
  },
  hush() { if (window.speechSynthesis) speechSynthesis.cancel(); },
  ringing() {
    const any = [...phones.values()].some((p) => p.view.call && p.view.call.status === "ringing");
    if (this.on && any && !this.ringTimer) {
      this.ring();
      this.ringTimer = setInterval(() => this.ring(), 3000);
    } else if ((!any || !this.on) && this.ringTimer) {
      clearInterval(this.ringTimer);
      this.ringTimer = 0;
    }
  },
  ring() {
    if (!this.audio) return;
    for (const start of [0, 0.45]) {
      for (const pitch of [587, 740]) {
        const o = this.audio.createOscillator();
        const g = this.audio.createGain();
        const t = this.audio.currentTime + start;
        o.frequency.value = pitch;
        g.gain.setValueAtTime(0, t);
        g.gain.linearRampToValueAtTime(0.05, t + 0.03);
        g.gain.linearRampToValueAtTime(0, t + 0.35);
        o.connect(g).connect(this.audio.destination);
        o.start(t);
        o.stop(t + 0.4);
      }
    }
  },
};
