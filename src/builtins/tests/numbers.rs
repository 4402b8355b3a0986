//! Tables: maths, quantities and IP addresses.

use super::*;

#[test]
fn maths() {
    gives! {
        "min"(3, 1, 2) => 1;
        "max"(3) => 3;
        "max"(list([1, 5, 2])) => 5;
        "max"(list([1, 5, 2]), 9) => 9;
        "max"(none(), 0) => 0;
        "min"(list([Value::from(2), float("1.5")])) => float("1.5");
        "min"(bytes(1, "Gi"), bytes(1, "G")) => bytes(1, "G");
        "max"(time(90, "s"), time(1, "min")) => time(90, "s");
        "sum"(list([1, 2, 3])) => 6;
        "sum"(list([1, 2]), 10) => 13;
        "sum"(none()) => 0;
        "sum"(none(), cpu(0)) => cpu(0);
        "sum"(list([cpu(100), cpu(250)])) => cpu(350);
        "sum"(list([Value::from(1), float("0.5")])) => float("1.5");
        "sum"(list([percent(10), percent(20)])) => percent(30);
        "sum"(list([time(1, "s"), time(1, "min")])) => time(61, "s");
        "abs"(-3) => 3;
        "abs"(float("-0.5")) => float("0.5");
        "abs"(Value::Duration(-5)) => Value::Duration(5);
        "clamp"(9, 1, 5) => 5;
        "clamp"(0, 1, 5) => 1;
        "clamp"(3, 1, 5) => 3;
        "clamp"(cpu(50), cpu(100), cpu(200)) => cpu(100);
        "floor"(float("-1.1")) => -2;
        "floor"(float("1.9")) => 1;
        "ceil"(float("1.1")) => 2;
        "ceil"(cpu(1500)) => 2;
        "ceil"(3) => 3;
        "round"(float("2.5")) => 3;
        "round"(float("-2.5")) => -3;
        "round"(float("2.4999")) => 2;
        "int"("8080") => 8080;
        "int"(" -5\n") => -5;
        "int"(float("2.0")) => 2;
        "int"(bytes(1, "Ki")) => 1024;
        "int"(cpu(2000)) => 2;
        "float"(2) => float("2");
        "float"("0.25") => float("0.25");
        "float"(cpu(200)) => float("0.2");
    }
}

#[test]
fn quantities() {
    gives! {
        "cpu"("200m") => cpu(200);
        "cpu"("1.5") => cpu(1500);
        "cpu"(2) => cpu(2000);
        "cpu"(float("0.5")) => cpu(500);
        "cpu"(cpu(7)) => cpu(7);
        "bytes"("1Gi") => bytes(1024, "Mi");
        "bytes"("1.5Ki") => bytes(1536, "");
        "bytes"(1024) => bytes(1, "Ki");
        "duration"("10s") => time(10, "s");
        "duration"("1.5h") => time(90, "min");
        "duration"("250ms") => Value::Duration(250);
        "seconds"(time(2, "min")) => 120;
        "amount"("200m") => Value::Float(dec("0.2"));
        "amount"("1Ki") => Value::Float(dec("1024"));
        "amount"("-1e3") => Value::Float(dec("-1000"));
        "amount"(3) => Value::Float(dec("3"));
        "amount"(Value::Float(dec("1.5"))) => Value::Float(dec("1.5"));
        "amount"("900E") => Value::Float(dec("9223372036854775807"));
        "amount"("much") => NULL;
        "amount"("") => NULL;
        "amount"(true) => NULL;
        "percentOf"(percent(25), 4) => 1;
        "percentOf"(percent(25), 5) => 2;
        "percentOf"(percent(0), 5) => 0;
        "percentOf"(percent(150), 2) => 3;
        "percentOf"(Value::Percent(dec("33.3")), 1000) => 333;
    }
}

#[test]
fn networks() {
    let block = run("cidr", vec!["10.0.0.0/8".into()]).expect("a block").value;
    assert!(matches!(&block, Value::Address(a) if a.cidr.as_deref() == Some("10.0.0.0/8") && a.kind == "cidr" && a.name == "10.0.0.0/8"));
    let six = run("cidr", vec!["2001:DB8:0::/32".into()]).expect("a block").value;
    assert!(matches!(&six, Value::Address(a) if a.name == "2001:db8::/32"), "in canonical form");
    gives! {
        "cidrContains"(block.clone(), "10.1.2.3") => true;
        "cidrContains"("10.0.0.0/8", "11.0.0.1") => false;
        "cidrContains"("10.0.0.0/8", "10.1.0.0/16") => true;
        "cidrContains"("10.0.0.0/16", block.clone()) => false;
        "cidrContains"("2001:db8::/32", "2001:db8::1") => true;
        "cidrContains"("0.0.0.0/0", "::1") => false;
        "cidrHost"("10.96.0.0/12", 10) => "10.96.0.10";
        "cidrHost"("10.0.0.0/24", -1) => "10.0.0.255";
        "cidrHost"("10.0.0.0/24", 255) => "10.0.0.255";
        "cidrHost"("10.0.0.7/32", 0) => "10.0.0.7";
        "cidrHost"(block, 256) => "10.0.1.0";
        "cidrHost"("2001:db8::/32", 1) => "2001:db8::1";
        "cidrHost"("::/0", -1) => "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        "cidrHost"("0.0.0.0/0", 4294967295) => "255.255.255.255";
    }
}

#[test]
fn what_numbers_quantities_and_networks_say() {
    insta::assert_snapshot!(faults! {
        "max"(none());
        "min"(list([cpu(1), bytes(1, "Mi")]));
        "max"(1, cpu(1));
        "max"("a", "b");
        "sum"(list([i64::MAX, 1]));
        "sum"(list(["a"]));
        "sum"(list([Value::from(1), cpu(1)]));
        "sum"(list([Value::Float(Decimal::MAX), Value::Float(Decimal::MAX)]));
        "abs"(i64::MIN);
        "clamp"(1, 5, 2);
        "floor"(Value::Float(Decimal::MAX));
        "int"("8080m");
        "int"("abc");
        "int"("");
        "int"("9223372036854775808");
        "int"(float("1.5"));
        "int"(cpu(1500));
        "int"(time(1, "s"));
        "float"("1,5");
        "cpu"("200 m");
        "cpu"("10Mi");
        "cpu"("1x");
        "cpu"("");
        "bytes"("400m");
        "bytes"("1.5");
        "bytes"("12MB");
        "bytes"(cpu(1));
        "duration"("10");
        "duration"("5m");
        "duration"("1h30min");
        "duration"("-");
        "seconds"(Value::Duration(1500));
        "percentOf"(3, 4);
        "percentOf"(Value::Percent(Decimal::MAX), i64::MAX);
        "cidr"("10.0.0.5/8");
        "cidr"("10.0.0.0");
        "cidr"("::1");
        "cidr"("10.0.0.0/33");
        "cidr"("10.0.0/8");
        "cidr"("010.0.0.0/8");
        "cidr"("all");
        "cidrContains"("10.0.0.0/8", "x");
        "cidrHost"("10.0.0.0/24", 256);
        "cidrHost"("10.0.0.0/24", -257);
        "cidrHost"("0.0.0.0/0", 4294967296);
    });
}
