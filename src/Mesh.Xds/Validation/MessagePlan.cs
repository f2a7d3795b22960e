using System.Collections.Concurrent;
using System.Collections.Immutable;
using Google.Protobuf.Reflection;

namespace Mesh.Xds.Validation;

/// <summary>What of a type of message has to be looked at; most of its fields have no rule and nothing in them.</summary>
internal sealed class MessagePlan
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> Plans = new();

    private MessagePlan(MessageDescriptor type)
    {
        RequiredOneofs = [.. type.Oneofs.Where(oneof => !oneof.IsSynthetic && !FieldRules.Of(oneof.FullName).IsEmpty)];
        Fields = [.. type.Fields.InFieldNumberOrder().Where(field => field.FieldType == FieldType.Message || !FieldRules.Of(field.FullName).IsEmpty)];
    }

    public ImmutableArray<OneofDescriptor> RequiredOneofs { get; }

    public ImmutableArray<FieldDescriptor> Fields { get; }

    public static MessagePlan Of(MessageDescriptor type) => Plans.GetOrAdd(type, static type => new(type));
}
