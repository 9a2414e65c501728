use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, Instruction, MemorySection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldItem};

/// A component with the connector's exports, each of which does this and then
/// traps.
pub struct StandIn {
    pub does: Vec<Instruction<'static>>,
    pub tables: usize,
}

/// The function that every export calls.
pub const ITSELF: u32 = 0;
const REALLOC: u32 = 1;

impl StandIn {
    pub fn doing(does: impl IntoIterator<Item = Instruction<'static>>) -> StandIn {
        StandIn {
            does: does.into_iter().collect(),
            tables: 1,
        }
    }

    /// One that does this for ever.
    pub fn repeating(does: impl IntoIterator<Item = Instruction<'static>>) -> StandIn {
        let begin = Instruction::Loop(BlockType::Empty);
        let again = [Instruction::Br(0), Instruction::End];
        StandIn::doing([begin].into_iter().chain(does).chain(again))
    }

    pub fn component(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
        let (package, _) = resolve.push_dir(wit).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        let exports: Vec<_> = resolve.worlds[world]
            .exports
            .values()
            .filter_map(|item| match item {
                WorldItem::Function(function) => Some(function),
                _ => None,
            })
            .map(|function| {
                let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
                let types = |types: &[WasmType]| types.iter().map(value_type).collect();
                let params: Vec<_> = types(&signature.params);
                let results: Vec<_> = types(&signature.results);
                (function.name.clone(), params, results)
            })
            .collect();
        let mut module = self.module(&exports);
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let mut encoder = ComponentEncoder::default();
        encoder.module(&module).unwrap().encode().unwrap()
    }

    fn module(&self, functions: &[(String, Vec<ValType>, Vec<ValType>)]) -> Vec<u8> {
        let mut types = TypeSection::new();
        let mut declared = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut code = CodeSection::new();

        types.ty().function([], []);
        declared.function(ITSELF);
        code.function(&body(self.does.iter().cloned()));
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        declared.function(REALLOC);
        code.function(&body(realloc()));
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("cabi_realloc", ExportKind::Func, REALLOC);
        for (place, (name, params, results)) in (REALLOC + 1..).zip(functions) {
            types.ty().function(params.clone(), results.clone());
            declared.function(place);
            exports.export(name, ExportKind::Func, place);
            code.function(&body([Instruction::Call(ITSELF), Instruction::Unreachable]));
        }

        let mut module = Module::new();
        module.section(&types).section(&declared);
        module.section(&self.tables()).section(&memory());
        module.section(&globals()).section(&exports).section(&code);
        module.finish()
    }

    fn tables(&self) -> TableSection {
        let mut tables = TableSection::new();
        for _ in 0..self.tables {
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum: 1,
                maximum: None,
                shared: false,
            });
        }
        tables
    }
}

fn body(instructions: impl IntoIterator<Item = Instruction<'static>>) -> Function {
    let mut function = Function::new([]);
    for instruction in instructions {
        function.instruction(&instruction);
    }
    function.instruction(&Instruction::End);
    function
}

/// Hands out what comes next in memory.
fn realloc() -> [Instruction<'static>; 9] {
    [
        Instruction::GlobalGet(0),
        Instruction::GlobalGet(0),
        Instruction::LocalGet(3),
        Instruction::I32Add,
        Instruction::I32Const(8),
        Instruction::I32Add,
        Instruction::I32Const(-8),
        Instruction::I32And,
        Instruction::GlobalSet(0),
    ]
}

fn memory() -> MemorySection {
    let mut memory = MemorySection::new();
    memory.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memory
}

fn globals() -> GlobalSection {
    let mut globals = GlobalSection::new();
    let pointer = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    globals.global(pointer, &ConstExpr::i32_const(1024));
    globals
}

fn value_type(ty: &WasmType) -> ValType {
    match ty {
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
    }
}
