using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>An object with known fields, each bound to a property of a record.</summary>
/// <param name="seed">The record before any field was read; it holds the defaults.</param>
internal sealed class ObjectSchema<T>(Func<T> seed) : ValueSchema<T>
    where T : notnull
{
    private readonly List<Binding> _fields = [];
    private readonly List<(string Rule, string Message)> _rules = [];

    /// <summary>A field whose property is a class.</summary>
    public ObjectSchema<T> Field<TValue>(string name, ValueSchema<TValue> schema, Func<T, TValue?> get, Func<T, TValue, T> set, bool required = false)
        where TValue : class
    {
        _fields.Add(new Binding(name, required, schema.Describe, Reader(schema, set), x => get(x) is { } value ? schema.Write(value) : null));
        return this;
    }

    /// <summary>A field whose property is a struct.</summary>
    public ObjectSchema<T> Value<TValue>(string name, ValueSchema<TValue> schema, Func<T, TValue?> get, Func<T, TValue, T> set, bool required = false)
        where TValue : struct
    {
        _fields.Add(new Binding(name, required, schema.Describe, Reader(schema, set), x => get(x) is { } value ? schema.Write(value) : null));
        return this;
    }

    /// <summary>A field whose property is a list that is empty when nothing was written.</summary>
    public ObjectSchema<T> List<TValue>(
        string name, ValueSchema<TValue> item, Func<T, ImmutableArray<TValue>> get, Func<T, ImmutableArray<TValue>, T> set, bool required = false, bool mayBeEmpty = true)
    {
        var schema = new ListSchema<TValue>(item, mayBeEmpty);
        _fields.Add(new Binding(name, required, schema.Describe, Reader(schema, set), x => get(x) is { IsEmpty: false } value ? schema.Write(value) : null, mayBeEmpty && !required));
        return this;
    }

    /// <summary>Fields of the same record that documents keep in an object of their own.</summary>
    public ObjectSchema<T> Group(string name, ObjectSchema<T> fields)
    {
        _fields.Add(new Binding(name, false, fields.Describe, fields.ReadOnto, x => fields.Write(x) is { Members.IsEmpty: false } node ? node : null));
        return this;
    }

    /// <summary>
    /// A rule in CEL for those who check documents by <see cref="Describe"/>; what the record itself validates is not checked by it. Not for objects in lists of
    /// lists: there the API server of Kubernetes counts a rule too dear.
    /// </summary>
    public ObjectSchema<T> Rule(string rule, string message)
    {
        _rules.Add((rule, message));
        return this;
    }

    public override bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, [MaybeNullWhen(false)] out T value)
    {
        value = ReadOnto(node, at, violations, seed());
        return true;
    }

    /// <summary>Reads the fields onto a record. What cannot be read stays as it was, so that every violation is found.</summary>
    public T ReadOnto(DocumentNode document, FieldPath at, List<Violation> violations, T onto)
    {
        if (document is not ObjectNode node)
        {
            violations.Add(new(at, $"must be an object with {Wording.OneOf([.. _fields.Select(f => f.Name)])} but is {document.Describe()}"));
            return onto;
        }

        foreach (var member in node.Members)
        {
            var field = _fields.Find(f => f.Name == member.Name);
            if (field is null)
            {
                var cure = Wording.TryGuess(member.Name, [.. _fields.Select(f => f.Name)], out var guess)
                    ? $"did you mean {guess}?"
                    : $"use {Wording.OneOf([.. _fields.Select(f => f.Name)])}";
                violations.Add(new(at / member.Name, $"is not a field here; {cure}"));
            }
            else if (member.Value is ScalarNode { Kind: ScalarKind.Null })
            {
                // A list whose last item was deleted in YAML is empty. Anything else is never taken for "left out": `paths:` would mean "every path".
                if (field.NullIsEmpty)
                {
                    continue;
                }

                violations.Add(new(at / member.Name, "has no value; write one, or leave the field out"));
            }
            else
            {
                onto = field.Read(member.Value, at / member.Name, violations, onto);
            }
        }

        foreach (var field in _fields)
        {
            if (field.Required && node[field.Name] is null)
            {
                violations.Add(new(at / field.Name, "is missing; add it"));
            }
        }

        return onto;
    }

    public override ObjectNode Write(T value)
    {
        var members = ImmutableArray.CreateBuilder<DocumentMember>();
        foreach (var field in _fields)
        {
            if (field.Write(value) is { } node)
            {
                members.Add(new DocumentMember(field.Name, node));
            }
        }

        return new ObjectNode(members.DrainToImmutable());
    }

    public override ObjectNode Describe()
    {
        var fields = OpenApi.Fields(_fields.Select(f => (f.Name, f.Describe())), [.. _fields.Where(f => f.Required).Select(f => f.Name)]);
        return _rules.Count == 0 ? fields : OpenApi.Rules(fields, _rules);
    }

    private static Func<DocumentNode, FieldPath, List<Violation>, T, T> Reader<TValue>(ValueSchema<TValue> schema, Func<T, TValue, T> set) =>
        (node, at, violations, onto) => schema.TryRead(node, at, violations, out var value) ? set(onto, value) : onto;

    private sealed record Binding(
        string Name,
        bool Required,
        Func<ObjectNode> Describe,
        Func<DocumentNode, FieldPath, List<Violation>, T, T> Read,
        Func<T, DocumentNode?> Write,
        bool NullIsEmpty = false);
}
