// Run before every script, in the engine that runs it. The engine speaks ECMAScript 5.1, so this does too. What is
// captured here stays as it is, whatever the script does to the globals.
(function (now, seed) {
    'use strict';

    var stringify = JSON.stringify, RealDate = Date, toText = String;

    // The only clock is the run's.
    function FixedDate(year, month, day, hours, minutes, seconds, ms) {
        if (!(this instanceof FixedDate)) return new RealDate(now).toString();
        switch (arguments.length) {
            case 0: return new RealDate(now);
            case 1: return new RealDate(year);
            case 2: return new RealDate(year, month);
            case 3: return new RealDate(year, month, day);
            case 4: return new RealDate(year, month, day, hours);
            case 5: return new RealDate(year, month, day, hours, minutes);
            case 6: return new RealDate(year, month, day, hours, minutes, seconds);
            default: return new RealDate(year, month, day, hours, minutes, seconds, ms);
        }
    }
    FixedDate.prototype = RealDate.prototype;
    FixedDate.prototype.constructor = FixedDate;
    FixedDate.parse = RealDate.parse;
    FixedDate.UTC = RealDate.UTC;
    FixedDate.now = function () { return now; };
    Date = FixedDate;

    // Marsaglia's xorshift: the same numbers on every attempt.
    var state = seed | 0 || 1;
    Math.random = function () {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return (state >>> 0) / 4294967296;
    };

    function add(target, name, value) {
        if (target[name] === undefined)
            Object.defineProperty(target, name, { value: value, writable: true, configurable: true, enumerable: false });
    }

    // Newer library functions that scripts are used to.
    add(Object, 'assign', function (target) {
        for (var i = 1; i < arguments.length; i++)
            for (var key in arguments[i]) if (Object.prototype.hasOwnProperty.call(arguments[i], key)) target[key] = arguments[i][key];
        return target;
    });
    add(Object, 'values', function (object) { return Object.keys(object).map(function (key) { return object[key]; }); });
    add(Object, 'entries', function (object) { return Object.keys(object).map(function (key) { return [key, object[key]]; }); });
    add(Object, 'fromEntries', function (entries) {
        var object = {};
        for (var i = 0; i < entries.length; i++) object[entries[i][0]] = entries[i][1];
        return object;
    });
    add(Array, 'of', function () { return Array.prototype.slice.call(arguments); });
    add(Array, 'from', function (source, map) {
        var list = [];
        for (var i = 0; i < (source.length || 0); i++)
            list[i] = map ? map(source[i], i) : source[i];
        return list;
    });
    add(Array.prototype, 'find', function (test) { for (var i = 0; i < this.length; i++) if (test(this[i], i, this)) return this[i]; });
    add(Array.prototype, 'findIndex', function (test) { for (var i = 0; i < this.length; i++) if (test(this[i], i, this)) return i; return -1; });
    add(Array.prototype, 'includes', function (value) {
        for (var i = 0; i < this.length; i++) if (this[i] === value || (value !== value && this[i] !== this[i])) return true;
        return false;
    });
    add(Array.prototype, 'fill', function (value, from, to) {
        var end = to === undefined ? this.length : to;
        for (var i = from || 0; i < end; i++) this[i] = value;
        return this;
    });
    add(Array.prototype, 'flat', function (depth) {
        var levels = depth === undefined ? 1 : depth, list = [];
        for (var i = 0; i < this.length; i++) {
            if (levels > 0 && Array.isArray(this[i])) list = list.concat(this[i].flat(levels - 1));
            else list.push(this[i]);
        }
        return list;
    });
    add(Array.prototype, 'flatMap', function (map) { return this.map(function (value, i, all) { return map(value, i, all); }).flat(); });
    add(String.prototype, 'includes', function (part, from) { return this.indexOf(part, from) >= 0; });
    add(String.prototype, 'startsWith', function (part, from) { return this.substr(from || 0, part.length) === part; });
    add(String.prototype, 'endsWith', function (part) { return part.length <= this.length && this.substring(this.length - part.length) === part; });
    add(String.prototype, 'repeat', function (times) {
        if (!(times >= 0 && times < Infinity)) throw new RangeError('Invalid count value');
        return new Array(Math.floor(times) + 1).join(this);
    });
    add(String.prototype, 'padStart', function (length, fill) {
        var text = toText(this), missing = length - text.length, unit = fill === undefined ? ' ' : toText(fill);
        return missing > 0 && unit.length ? unit.repeat(Math.ceil(missing / unit.length)).substring(0, missing) + text : text;
    });
    add(String.prototype, 'padEnd', function (length, fill) {
        var text = toText(this), missing = length - text.length, unit = fill === undefined ? ' ' : toText(fill);
        return missing > 0 && unit.length ? text + unit.repeat(Math.ceil(missing / unit.length)).substring(0, missing) : text;
    });
    add(String.prototype, 'trimStart', function () { return this.replace(/^\s+/, ''); });
    add(String.prototype, 'trimEnd', function () { return this.replace(/\s+$/, ''); });
    add(Number, 'isInteger', function (value) { return typeof value === 'number' && isFinite(value) && Math.floor(value) === value; });
    add(Number, 'isFinite', function (value) { return typeof value === 'number' && isFinite(value); });
    add(Number, 'isNaN', function (value) { return typeof value === 'number' && value !== value; });
    add(Number, 'parseFloat', parseFloat);
    add(Number, 'parseInt', parseInt);
    add(Math, 'trunc', function (value) { return value < 0 ? Math.ceil(value) : Math.floor(value); });
    add(Math, 'sign', function (value) { return value > 0 ? 1 : value < 0 ? -1 : +value; });

    var logs = [], left = 0, maxLines = 100, maxLength = 1000;

    function shown(value) {
        if (typeof value === 'string') return value;
        var text = stringify(value);
        return text === undefined ? toText(value) : text;
    }

    function log() {
        if (logs.length === maxLines) {
            left++;
            return;
        }
        var line = '';
        for (var i = 0; i < arguments.length; i++) line += (i ? ' ' : '') + shown(arguments[i]);
        logs[logs.length] = line.length > maxLength ? line.substring(0, maxLength) + '…' : line;
    }

    return {
        console: { log: log, info: log, warn: log, error: log, debug: log },
        read: JSON.parse,
        write: stringify,
        logs: function () {
            if (left) logs[maxLines] = '… and ' + left + ' more';
            return stringify(logs);
        }
    };
})
